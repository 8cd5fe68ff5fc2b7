import { describe, expect, test } from "vitest";
import { createMemoryStore } from "./memory-store.ts";
import { describeStore, put, textOf } from "./testing/store-suite.ts";

describeStore("the memory store", async () => {
  const content = new Map<string, Uint8Array>();
  return { open: async () => createMemoryStore({ content }), dispose: async () => {} };
});

describe("the gate of the memory store", () => {
  test("holds a group until it is let go; what comes meanwhile goes into the next one", async () => {
    const groups: number[] = [];
    const release: (() => void)[] = [];
    const store = createMemoryStore({
      gate: ({ commits }) => {
        groups.push(commits);
        return new Promise((resolve) => release.push(resolve));
      },
    });
    await store.recover(() => {});
    const done: string[] = [];
    void store.commit([put("a", "1")]).then(() => done.push("a"));
    void store.commit([put("b", "1")]).then(() => done.push("b"));
    await new Promise(setImmediate);
    void store.commit([put("c", "1")]).then(() => done.push("c"));
    void store.commit([put("a", "2")]).then(() => done.push("a2"));
    await new Promise(setImmediate);
    expect([groups, done, store.content.size]).toEqual([[2], [], 0]);
    release[0]?.();
    await new Promise(setImmediate);
    expect([groups, done]).toEqual([
      [2, 2],
      ["a", "b"],
    ]);
    expect(textOf(await store.read("a"))).toBe("1");
    release[1]?.();
    await new Promise(setImmediate);
    expect(done).toEqual(["a", "b", "c", "a2"]);
    expect(textOf(await store.read("a"))).toBe("2");
  });

  test("a crash loses the group that is held, and a restart finds the rest", async () => {
    const content = new Map<string, Uint8Array>();
    let letGo: () => void = () => {};
    let hold = false;
    const store = createMemoryStore({
      content,
      gate: () => (hold ? new Promise((resolve) => (letGo = resolve)) : Promise.resolve()),
    });
    await store.recover(() => {});
    await store.commit([put("a", "1")]);
    hold = true;
    let acknowledged = false;
    void store.commit([put("a", "2"), put("b", "1")]).then(() => {
      acknowledged = true;
    });
    await new Promise(setImmediate);
    store.crash();
    letGo();
    await new Promise(setImmediate);
    const again = createMemoryStore({ content });
    await again.recover(() => {});
    expect(textOf(await again.read("a"))).toBe("1");
    expect(await again.read("b")).toBeUndefined();
    expect(acknowledged).toBe(false);
  });

  test("when the gate rejects, that commit and all later ones fail with the reason", async () => {
    const failures: string[] = [];
    let fail = false;
    const store = createMemoryStore({
      gate: async () => {
        if (fail) throw new Error("no room");
      },
      onFailure: ({ message }) => failures.push(message),
    });
    await store.recover(() => {});
    await store.commit([put("a", "1")]);
    fail = true;
    const failing = store.commit([put("a", "2")]);
    await expect(failing).rejects.toMatchObject({
      code: "write_failed",
      message: expect.stringContaining("no room"),
    });
    fail = false;
    await expect(store.commit([put("a", "3")])).rejects.toMatchObject({ code: "write_failed" });
    expect(textOf(await store.read("a"))).toBe("1");
    expect(failures).toHaveLength(1);
    await store.close();
  });
});
