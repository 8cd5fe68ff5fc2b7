import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LogStore, type LogStoreOptions, openLogStore } from "./log-store.ts";
import { History } from "./testing/history.ts";
import { createRandom } from "./testing/random.ts";
import { type Fault, type Operation, SimulatedDisk } from "./testing/simulated-disk.ts";
import { drop, put, recoverAll, recovered } from "./testing/store-suite.ts";

const lock = async (): Promise<{ release(): Promise<void> }> => ({ release: async () => {} });
const NEVER = Number.POSITIVE_INFINITY;

function open(fileSystem: SimulatedDisk, options: Partial<LogStoreOptions> = {}): Promise<LogStore> {
  return openLogStore({ folder: "/data", garbageBytesMin: NEVER, ...options }, { fileSystem, lock });
}

/** What crosses every path: new keys, overwritten ones, deletions, full segments, two snapshots, commits beside them. */
async function work(disk: SimulatedDisk, history: History): Promise<void> {
  const store = await recovered(open(disk, { segmentBytes: 1500 }));
  const under: Promise<unknown>[] = [];
  for (let i = 0; i < 36; i += 1) {
    const writes = [
      put(`k${i % 7}`, `${i} ${"x".repeat((i * 37) % 700)}`),
      i % 5 === 0 ? drop(`k${(i + 3) % 7}`) : put("last", `${i}`),
    ];
    const commit = history.commit(store, writes);
    under.push(settled(commit));
    if (i % 3 === 0) await commit.catch(() => {});
    if (i === 14 || i === 25) under.push(settled(store.compact()));
  }
  const failures = (await Promise.all(under)).filter((failure) => failure !== undefined);
  await store.close();
  if (failures.length > 0) throw failures[0];
}

/** What it failed with, if it did. */
function settled(promise: Promise<void>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** The store must open, hold a right state, take commits, and hold them when it is opened once more. */
async function checkRestart(disk: SimulatedDisk, history: History): Promise<void> {
  const store = await open(disk, { segmentBytes: 1500 });
  const { content } = await history.check(store);
  const next = new History(content);
  await next.commit(store, [put("after", "1"), drop("k1")]);
  await store.compact();
  await next.commit(store, [put("after", "2")]);
  await store.close();
  const again = await open(disk);
  expect((await next.check(again)).commits).toBe(2);
  await again.close();
}

async function countOperations(): Promise<readonly Operation[]> {
  const disk = new SimulatedDisk();
  await work(disk, new History());
  return disk.operations;
}

const isChange = ({ name }: Operation): boolean =>
  ["create", "rename", "remove", "syncFolder", "write", "sync", "truncate"].includes(name);

describe("a crash of the log store", () => {
  test("at any operation loses nothing acknowledged, and leaves no half commit", async () => {
    const operations = await countOperations();
    expect(operations.filter(({ name }) => name === "rename")).toHaveLength(2);
    expect(operations.length).toBeGreaterThan(80);
    for (const { number } of operations.filter(isChange)) {
      for (let seed = 1; seed <= 2; seed += 1) {
        const disk = new SimulatedDisk();
        disk.fault = (operation) => (operation.number === number ? { type: "crash" } : undefined);
        const history = new History();
        await work(disk, history).catch(() => {});
        await checkRestart(disk.afterCrash(number * 1000 + seed), history);
      }
    }
  }, 60_000);

  test("of the process alone, at any operation, does neither, and what the next one found stays", async () => {
    for (const { number } of (await countOperations()).filter(isChange)) {
      const disk = new SimulatedDisk();
      disk.fault = (operation) => (operation.number === number ? { type: "crash" } : undefined);
      const history = new History();
      await work(disk, history).catch(() => {});
      const killed = disk.afterKill();
      const { content } = await history.check(await open(killed, { segmentBytes: 1500 }));
      await checkRestart(killed.afterCrash(number), new History(content));
    }
  }, 60_000);

  test("during the recovery from a crash does neither, however often", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(fc.nat({ max: 60 }), { maxLength: 6 }), async (seed, crashes) => {
        const random = createRandom(seed);
        let disk = new SimulatedDisk();
        const at = 1 + Math.floor(random() * 150);
        disk.fault = (operation) => (operation.number === at ? { type: "crash" } : undefined);
        const history = new History();
        await work(disk, history).catch(() => {});
        for (const number of crashes) {
          disk = disk.afterCrash(random() * 2 ** 31);
          disk.fault = (operation) => (operation.number === number + 1 ? { type: "crash" } : undefined);
          await recovered(open(disk, { segmentBytes: 1500 }))
            .then((store) => store.compact())
            .catch(() => {});
        }
        await checkRestart(disk.afterCrash(seed), history);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test.each([
    ["cut off", false],
    ["cut off in a file filled with zeros", true],
  ])("in the last group, %s at any byte, leaves the groups before it", async (_, zeros) => {
    const disk = new SimulatedDisk();
    const store = await recovered(open(disk, { segmentBytes: 2000 }));
    await store.commit([put("a", "1"), put("b", "1")]);
    const before = usedBytes(disk);
    await store.commit([put("a", "2"), put("c", "with\0zeros\0\0\0".repeat(45)), drop("b")]);
    const whole = disk.files().get("/data/000000000001.log") as Buffer;
    const used = usedBytes(disk);
    for (let cut = before; cut <= used; cut += 1) {
      const file = Buffer.alloc(zeros ? whole.length : cut);
      whole.copy(file, 0, 0, cut);
      const torn = SimulatedDisk.fromFiles(new Map([["/data/000000000001.log", file]]));
      const again = await open(torn, { segmentBytes: 2000 });
      const found = await recoverAll(again);
      expect([...found.keys()].sort(), `cut at ${cut}`).toEqual(cut === used ? ["a", "c"] : ["a", "b"]);
      expect(found.get("a")).toBe(cut === used ? "2" : "1");
      if (cut % 16 !== 0) continue;
      // Shorter than what was cut, and not closed: nothing of it may be left behind the new record.
      const value = "x".repeat((cut >> 4) % 24);
      await again.commit([put("d", value)]);
      const killed = SimulatedDisk.fromFiles(torn.files());
      expect((await recoverAll(await open(killed))).get("d")).toBe(value);
    }
  });
});

/** Where the zeros begin. */
function usedBytes(disk: SimulatedDisk): number {
  const file = disk.files().get("/data/000000000001.log") as Buffer;
  let bytes = file.length;
  while (file[bytes - 1] === 0) bytes -= 1;
  return bytes;
}

describe("a failing disk", () => {
  test("short writes are gone on with", async () => {
    const disk = new SimulatedDisk();
    disk.fault = ({ name, number }) =>
      name === "write" ? { type: "short", bytes: (number * 13) % 50 || 1 } : undefined;
    const history = new History();
    await work(disk, history);
    disk.fault = () => undefined;
    await checkRestart(disk, history);
  });

  test("a write that the system fails to save is saved again before it is believed", async () => {
    let found = 0;
    for (const { number, path } of (await countOperations()).filter(({ name }) => name === "write")) {
      if (path.endsWith(".partial")) continue;
      const disk = new SimulatedDisk();
      disk.fault = (operation) => (operation.number === number ? { type: "unsaved" } : undefined);
      const history = new History();
      await work(disk, history).catch(() => {});
      const next = disk.afterKill();
      const { commits, content } = await history.check(await open(next, { segmentBytes: 1500 }));
      if (commits > history.acknowledged) found += 1;
      for (let seed = 1; seed <= 3; seed += 1)
        await checkRestart(next.afterCrash(seed), new History(content));
    }
    expect(found).toBeGreaterThan(5);
  }, 60_000);

  test.each(["EIO", "ENOSPC"])("%s at any operation: nothing acknowledged is lost", async (code) => {
    for (const { number } of (await countOperations()).filter(isChange)) {
      const disk = new SimulatedDisk();
      disk.fault = (operation): Fault | undefined =>
        operation.number === number ? { type: "error", code } : undefined;
      const history = new History();
      await work(disk, history).catch(() => {});
      disk.fault = () => undefined;
      await checkRestart(SimulatedDisk.fromFiles(disk.files()), history);
    }
  });

  test("a full disk fails that commit and all later ones, and says why; with room again, all is there", async () => {
    const disk = new SimulatedDisk();
    disk.capacityBytes = 20_000;
    const failures: string[] = [];
    const store = await recovered(
      open(disk, { segmentBytes: 5000, onFailure: ({ message }) => failures.push(message) }),
    );
    const history = new History();
    let failure: unknown;
    for (let i = 0; failure === undefined; i += 1) {
      await history.commit(store, [put(`k${i}`, "x".repeat(300))]).catch((error: unknown) => {
        failure = error;
      });
    }
    expect(history.acknowledged).toBeGreaterThan(50);
    expect(failure).toMatchObject({
      code: "write_failed",
      message: expect.stringMatching(/^Writing to \/data\/0+\d\.log failed: ENOSPC/),
      hint: "Make room on the disk, then start again. What was acknowledged is there.",
    });
    await expect(store.commit([put("more", "1")])).rejects.toBe(failure);
    await expect(store.compact()).rejects.toBe(failure);
    expect((await store.read("k1"))?.length).toBe(300);
    expect(failures).toEqual([(failure as Error).message]);
    await store.close();
    disk.capacityBytes = NEVER;
    await checkRestart(disk, history);
  });

  test("commits that wait behind the failing one reject too, in order", async () => {
    const disk = new SimulatedDisk();
    const store = await recovered(open(disk));
    await store.commit([put("a", "1")]);
    disk.fault = ({ name }) => (name === "write" ? { type: "error", code: "EIO" } : undefined);
    const order: string[] = [];
    const first = store.commit([put("b", "1")]).catch(() => order.push("first"));
    await Promise.resolve().then(() => Promise.resolve());
    const second = store.commit([put("c", "1")]).catch(() => order.push("second"));
    await Promise.all([first, second]);
    expect(order).toEqual(["first", "second"]);
    await store.close();
  });

  test("a snapshot that cannot be written is given up; the store goes on", async () => {
    const disk = new SimulatedDisk();
    const warnings: string[] = [];
    const store = await recovered(open(disk, { onWarning: ({ message }) => warnings.push(message) }));
    await store.commit([put("a", "1")]);
    disk.fault = ({ name, path }) =>
      name === "write" && path.endsWith(".partial") ? { type: "error", code: "ENOSPC" } : undefined;
    await expect(store.compact()).rejects.toMatchObject({ code: "write_failed" });
    expect(warnings).toEqual([expect.stringMatching(/^Compacting \/data failed: ENOSPC/)]);
    expect([...disk.files().keys()]).toEqual(["/data/000000000001.log", "/data/000000000002.log"]);
    disk.fault = () => undefined;
    await store.commit([put("b", "1")]);
    await store.compact();
    await store.close();
    expect([...disk.files().keys()].sort()).toEqual(
      ["/data/000000000003.log", "/data/000000000002.snapshot"].sort(),
    );
    expect((await recoverAll(await open(disk))).size).toBe(2);
  });
});
