import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FileSystem } from "./file-system.ts";
import { openLogStore } from "./log-store.ts";
import { nodeFileSystem } from "./node-file-system.ts";
import { SimulatedDisk } from "./testing/simulated-disk.ts";
import { describeStore, drop, put, recoverAll, recovered, textOf } from "./testing/store-suite.ts";

const noLock = async (): Promise<{ release(): Promise<void> }> => ({ release: async () => {} });

describeStore("the log store, in a folder", async () => {
  const folder = await mkdtemp(join(tmpdir(), "perdure-store-"));
  return {
    open: () => openLogStore({ folder, segmentBytes: 4096, garbageBytesMin: 4096 }),
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
});

describeStore("the log store, on a simulated disk with tiny segments", async () => {
  const fileSystem = new SimulatedDisk();
  return {
    open: () =>
      openLogStore(
        { folder: "/data", segmentBytes: 300, garbageBytesMin: 400 },
        { fileSystem, lock: noLock },
      ),
    dispose: async () => {},
  };
});

describe("the log store", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "perdure-store-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  /** The real file system, counting. */
  function createCounter(): { fileSystem: FileSystem; counts: { writes: number; syncs: number } } {
    const counts = { writes: 0, syncs: 0 };
    const open: FileSystem["open"] = async (path, options) => {
      const file = await nodeFileSystem.open(path, options);
      return {
        ...file,
        write: (buffers, position) => {
          counts.writes += 1;
          return file.write(buffers, position);
        },
        sync: () => {
          counts.syncs += 1;
          return file.sync();
        },
      };
    };
    return { fileSystem: { ...nodeFileSystem, open }, counts };
  }

  test("a thousand commits at once take one write, and those that come meanwhile one more", async () => {
    const { fileSystem, counts } = createCounter();
    const store = await recovered(openLogStore({ folder }, { fileSystem }));
    const before = { ...counts };
    const first = Array.from({ length: 1000 }, (_, i) => store.commit([put(`k${i}`, "v".repeat(100))]));
    await new Promise((resolve) => setImmediate(resolve));
    const second = Array.from({ length: 1000 }, (_, i) => store.commit([put(`k${i}`, "w".repeat(100))]));
    await Promise.all([...first, ...second]);
    expect(counts).toEqual({ writes: before.writes + 2, syncs: before.syncs });
    await store.close();
  });

  test("what nobody waits for goes with the next commit", async () => {
    const { fileSystem, counts } = createCounter();
    const store = await recovered(openLogStore({ folder }, { fileSystem }));
    const before = counts.writes;
    const first = store.commit([put("a", "1")], { canWait: true });
    await new Promise((resolve) => setImmediate(resolve));
    await Promise.all([first, store.commit([put("b", "2")])]);
    expect(counts.writes).toBe(before + 1);
    expect([textOf(await store.read("a")), textOf(await store.read("b"))]).toEqual(["1", "2"]);
    await store.close();
  });

  test.each([
    ["by itself, if no other comes", false],
    ["when the store is closed", true],
  ])("what nobody waits for becomes durable %s", async (_, isClosed) => {
    const store = await recovered(openLogStore({ folder }));
    const done = store.commit([put("a", "1")], { canWait: true });
    if (isClosed) await store.close();
    await done;
    if (!isClosed) await store.close();
    const again = await openLogStore({ folder });
    expect(await recoverAll(again)).toEqual(new Map([["a", "1"]]));
    await again.close();
  });

  test("a snapshot is made in the background when there is garbage enough", async () => {
    const store = await recovered(openLogStore({ folder, segmentBytes: 8192, garbageBytesMin: 64 * 1024 }));
    for (let i = 0; i < 1000; i += 1) await store.commit([put(`k${i % 10}`, "x".repeat(500))]);
    await store.compact();
    const { keys, liveBytes, storedBytes, files } = store.statistics();
    expect(keys).toBe(10);
    expect(liveBytes).toBe(10 * (8 + 2 + 500));
    expect(storedBytes).toBeLessThan(liveBytes + 1024);
    expect(files).toBe(2);
    await store.close();
    const again = await openLogStore({ folder });
    expect((await recoverAll(again)).size).toBe(10);
    await again.close();
  });

  test("reads go on while their file is compacted away", async () => {
    const store = await recovered(openLogStore({ folder, segmentBytes: 4096 }));
    for (let i = 0; i < 100; i += 1) await store.commit([put(`k${i}`, `value ${i}`)]);
    let compacting = true;
    const compaction = store.compact().finally(() => {
      compacting = false;
    });
    let reads = 0;
    while (compacting) {
      const values = await Promise.all(Array.from({ length: 100 }, (_, i) => store.read(`k${i}`)));
      for (const [i, value] of values.entries()) expect(textOf(value)).toBe(`value ${i}`);
      reads += values.length;
    }
    await compaction;
    expect(reads).toBeGreaterThan(0);
    expect(textOf(await store.read("k7"))).toBe("value 7");
    await store.close();
  });

  test("commits do not wait for a compaction", async () => {
    let letGo: () => void = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const open: FileSystem["open"] = async (path, options) => {
      const file = await nodeFileSystem.open(path, options);
      if (!path.endsWith(".partial")) return file;
      return { ...file, write: (buffers, position) => held.then(() => file.write(buffers, position)) };
    };
    const store = await recovered(openLogStore({ folder }, { fileSystem: { ...nodeFileSystem, open } }));
    await store.commit([put("a", "1"), put("b", "1"), put("c", "1")]);
    const compaction = store.compact();
    for (let i = 0; i < 20; i += 1) await store.commit([put(`k${i}`, "1")]);
    letGo();
    await compaction;
    await store.close();
    const again = await openLogStore({ folder });
    expect((await recoverAll(again)).size).toBe(23);
    await again.close();
  });

  test("what is written while a compaction is under way is what is read afterwards", async () => {
    const store = await recovered(
      openLogStore({ folder: "/data", segmentBytes: 400 }, { fileSystem: new SimulatedDisk(), lock: noLock }),
    );
    const model = new Map<string, string>();
    for (let i = 0; i < 60; i += 1) {
      model.set(`k${i}`, "old");
      await store.commit([put(`k${i}`, "old")]);
    }
    let compacting = true;
    const compaction = store.compact().finally(() => {
      compacting = false;
    });
    let rounds = 0;
    for (; compacting; rounds += 1) {
      const [gone, changed, added] = [`k${rounds % 60}`, `k${(rounds + 30) % 60}`, `new${rounds}`];
      model.delete(gone);
      model.set(changed, `${rounds}`).set(added, `${rounds}`);
      await store.commit([drop(gone), put(changed, `${rounds}`), put(added, `${rounds}`)]);
    }
    await compaction;
    expect(rounds).toBeGreaterThan(10);
    for (const key of ["k0", "k59", ...model.keys()])
      expect(textOf(await store.read(key))).toBe(model.get(key));
    await store.close();
  });

  test("a folder that cannot be made is refused, with the reason", async () => {
    await writeFile(join(folder, "file"), "");
    const opening = openLogStore({ folder: join(folder, "file", "data") });
    await expect(opening).rejects.toMatchObject({
      code: "folder_unusable",
      message: expect.stringMatching(/The folder .*data cannot be used: ENOTDIR/),
      hint: expect.stringContaining("Name a folder"),
    });
  });

  test("files that are not the store's are left alone", async () => {
    await writeFile(join(folder, "notes.txt"), "mine");
    const store = await recovered(openLogStore({ folder }));
    await store.commit([put("a", "1")]);
    await store.compact();
    await store.close();
    expect((await nodeFileSystem.list(folder)).sort()).toEqual([
      "000000000001.snapshot",
      "000000000002.log",
      "notes.txt",
    ]);
  });
});
