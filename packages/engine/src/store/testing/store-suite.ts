import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store, Write } from "../store.ts";
import { StoreError } from "../store-error.ts";

/** Where stores of one kind live: opened again, one finds what the last one left. */
export interface StorePlace {
  open(): Promise<Store & { compact?(): Promise<void> }>;
  dispose(): Promise<void>;
}

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
}

export function put(key: string, value: string): Write {
  return { key, value: bytesOf(value) };
}

export function drop(key: string): Write {
  return { key, value: undefined };
}

/** All that `recover` gives. Fails when a key comes twice. */
export async function recoverAll(store: Store): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  await store.recover((key, value) => {
    expect(found.has(key)).toBe(false);
    found.set(key, textOf(value) as string);
  });
  return found;
}

/** Opened and recovered, for tests that begin with an empty place. */
export async function recovered<S extends Store>(opening: Promise<S>): Promise<S> {
  const store = await opening;
  await store.recover(() => {});
  return store;
}

/** What every store must do, whatever it is made of. */
export function describeStore(name: string, createPlace: () => Promise<StorePlace>): void {
  describe(name, () => {
    let place: StorePlace;
    beforeEach(async () => {
      place = await createPlace();
    });
    afterEach(() => place.dispose());

    test("an empty place holds nothing", async () => {
      const store = await place.open();
      expect(await recoverAll(store)).toEqual(new Map());
      expect(await store.read("a")).toBeUndefined();
      await store.close();
    });

    test("what was committed is read, and is there when opened again", async () => {
      const store = await recovered(place.open());
      await store.commit([put("a", "1"), put("b", "2")]);
      await store.commit([put("a", "3"), drop("b"), put("c", "")]);
      expect(textOf(await store.read("a"))).toBe("3");
      expect(await store.read("b")).toBeUndefined();
      expect(textOf(await store.read("c"))).toBe("");
      await store.close();
      const again = await place.open();
      expect(await recoverAll(again)).toEqual(
        new Map([
          ["a", "3"],
          ["c", ""],
        ]),
      );
      expect(textOf(await again.read("a"))).toBe("3");
      await again.close();
    });

    test("the last write of a key within a commit counts", async () => {
      const store = await recovered(place.open());
      await store.commit([put("a", "1"), drop("a"), put("a", "2"), put("b", "1"), drop("b"), drop("never")]);
      await store.close();
      const again = await place.open();
      expect(await recoverAll(again)).toEqual(new Map([["a", "2"]]));
      await again.close();
    });

    test("any string is a key, and any length of bytes a value", async () => {
      const keys = [
        "",
        "a",
        "é",
        "ключ",
        "\u{1f980}",
        "\ud800",
        "\ud801",
        "\0",
        "x".repeat(70_000),
        "я".repeat(70_000),
      ];
      const large = new Uint8Array(3_000_000).map((_, i) => i % 251);
      const store = await recovered(place.open());
      await store.commit(keys.map((key, i) => put(key, `value ${i}`)));
      await store.commit([{ key: "large", value: large }]);
      await store.close();
      const again = await place.open();
      const found = new Map<string, Uint8Array>();
      await again.recover((key, value) => found.set(key, value));
      expect([...found.keys()].sort()).toEqual([...keys, "large"].sort());
      for (const [i, key] of keys.entries()) expect(textOf(found.get(key))).toBe(`value ${i}`);
      expect(Buffer.compare(found.get("large") as Uint8Array, large)).toBe(0);
      expect(Buffer.compare((await again.read("large")) as Uint8Array, large)).toBe(0);
      await again.close();
    });

    test("commits resolve in order, and one without writes after those before it", async () => {
      const store = await recovered(place.open());
      const order: number[] = [];
      const done: Promise<unknown>[] = [];
      for (let i = 0; i < 200; i += 1) {
        done.push(store.commit(i % 7 === 0 ? [] : [put(`k${i % 10}`, `${i}`)]).then(() => order.push(i)));
        if (i % 30 === 0) await new Promise(setImmediate);
      }
      await Promise.all(done);
      expect(order).toEqual(Array.from({ length: 200 }, (_, i) => i));
      await store.close();
    });

    test("a commit that is under way is not seen before it is durable", async () => {
      const store = await recovered(place.open());
      const commit = store.commit([put("a", "1")]);
      const before = store.read("a");
      expect(await before).toBeUndefined();
      await commit;
      expect(textOf(await store.read("a"))).toBe("1");
      await store.close();
    });

    test("recover leaves out what is not wanted, which read still finds", async () => {
      const first = await recovered(place.open());
      await first.commit([put("facts/1", "f"), put("archive/1", "a")]);
      await first.close();
      const store = await place.open();
      const keys: string[] = [];
      await store.recover((key) => keys.push(key), { wants: (key) => key.startsWith("facts/") });
      expect(keys).toEqual(["facts/1"]);
      expect(textOf(await store.read("archive/1"))).toBe("a");
      await store.close();
    });

    test("recover is for the beginning only", async () => {
      const store = await place.open();
      await store.recover(() => {});
      await expect(store.recover(() => {})).rejects.toMatchObject({ code: "misused" });
      await store.close();
    });

    test("what passes by in recover is shown, up to its last write", async () => {
      const first = await recovered(place.open());
      for (let i = 0; i < 40; i += 1) {
        await first.commit([put(`p${i % 10}`, `${i}`), put(`k${i % 3}`, `${i}`), drop(`p${(i + 4) % 10}`)]);
      }
      await first.close();
      const store = await place.open();
      const passed = new Map<string, string>();
      const given = new Map<string, string>();
      await store.recover((key, value) => given.set(key, textOf(value) as string), {
        passing: {
          has: (key) => key.startsWith("p"),
          onWrite: (key, value) =>
            value === undefined ? passed.delete(key) : passed.set(key, textOf(value) as string),
        },
      });
      expect(new Map([...given].sort())).toEqual(
        new Map([
          ["k0", "39"],
          ["k1", "37"],
          ["k2", "38"],
        ]),
      );
      for (let i = 0; i < 10; i += 1) {
        expect(textOf(await store.read(`p${i}`))).toBe(passed.get(`p${i}`));
      }
      expect(passed.size).toBeGreaterThan(0);
      expect(passed.size).toBeLessThan(10);
      await store.close();
    });

    test("nothing can be asked before recover", async () => {
      const store = await place.open();
      await expect(store.commit([put("a", "1")])).rejects.toMatchObject({ code: "misused" });
      await expect(store.read("a")).rejects.toMatchObject({ code: "misused" });
      await store.close();
    });

    test("close waits for what was committed; afterwards everything rejects", async () => {
      const store = await recovered(place.open());
      let durable = 0;
      const commits = Array.from({ length: 50 }, (_, i) =>
        store.commit([put(`k${i}`, "v")]).then(() => (durable += 1)),
      );
      const closing = store.close();
      await expect(store.commit([put("late", "v")])).rejects.toBeInstanceOf(StoreError);
      await closing;
      await Promise.all(commits);
      expect(durable).toBe(50);
      await store.close();
      await expect(store.commit([put("late", "v")])).rejects.toMatchObject({ code: "closed" });
      await expect(store.commit([])).rejects.toMatchObject({ code: "closed" });
      await expect(store.read("k1")).rejects.toMatchObject({ code: "closed" });
      const again = await place.open();
      expect((await recoverAll(again)).size).toBe(50);
      await again.close();
    });

    test("any sequence of commits, reads, compactions and restarts is what a map would be", async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
          await place.dispose();
          place = await createPlace();
          await runSteps(place, steps);
        }),
        { numRuns: 60 },
      );
    });
  });
}

type Step =
  | { readonly type: "commit"; readonly writes: readonly Write[]; readonly wait: boolean }
  | { readonly type: "read"; readonly key: string }
  | { readonly type: "compact" }
  | { readonly type: "reopen" };

const key = fc.oneof(fc.constantFrom("a", "b", "c", "d"), fc.string({ maxLength: 3, unit: "binary" }));
const write = fc.record({ key, value: fc.option(fc.uint8Array({ maxLength: 200 }), { nil: undefined }) });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant("commit" as const),
      writes: fc.array(write, { maxLength: 5 }),
      wait: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("read" as const), key }) },
  { weight: 1, arbitrary: fc.constant({ type: "compact" as const }) },
  { weight: 1, arbitrary: fc.constant({ type: "reopen" as const }) },
);

async function runSteps(place: StorePlace, steps: readonly Step[]): Promise<void> {
  const model = new Map<string, Uint8Array>();
  let store = await recovered(place.open());
  let under: Promise<unknown>[] = [];
  for (const next of steps) {
    if (next.type === "commit") {
      const commit = store.commit(next.writes);
      for (const { key, value } of next.writes)
        value === undefined ? model.delete(key) : model.set(key, value);
      under.push(commit);
      if (next.wait) await commit;
    } else if (next.type === "compact") {
      const compaction = store.compact?.();
      if (compaction !== undefined) under.push(compaction.catch(ignoreClosed));
    } else if (next.type === "read") {
      await Promise.all(under);
      under = [];
      expect(await store.read(next.key)).toEqual(model.get(next.key));
    } else {
      await store.close();
      store = await place.open();
      expect(await contentOf(store)).toEqual(model);
    }
  }
  await store.close();
  await Promise.all(under);
  store = await place.open();
  expect(await contentOf(store)).toEqual(model);
  await store.close();
}

function ignoreClosed(error: unknown): void {
  if (!(error instanceof StoreError && error.code === "closed")) throw error;
}

async function contentOf(store: Store): Promise<Map<string, Uint8Array>> {
  const content = new Map<string, Uint8Array>();
  await store.recover((key, value) => content.set(key, value));
  return content;
}
