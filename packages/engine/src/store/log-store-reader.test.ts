import { describe, expect, test } from "vitest";
import type { FileSystem } from "./file-system.ts";
import { type LogStore, openLogStore } from "./log-store.ts";
import { type LogReader, readLogStore } from "./log-store-reader.ts";
import { SimulatedDisk } from "./testing/simulated-disk.ts";
import { drop, put, recovered, textOf } from "./testing/store-suite.ts";

const lock = async (): Promise<{ release(): Promise<void> }> => ({ release: async () => {} });

function openOwner(fileSystem: SimulatedDisk, segmentBytes = 300): Promise<LogStore> {
  return recovered(openLogStore({ folder: "/data", segmentBytes }, { fileSystem, lock }));
}

async function contentOf(reader: LogReader): Promise<Record<string, string | undefined>> {
  const content: Record<string, string | undefined> = {};
  for (const key of [...reader.keys()].sort()) content[key] = textOf(await reader.read(key));
  return content;
}

const CHANGES = ["create", "rename", "remove", "syncFolder", "write", "sync", "truncate", "makeFolder"];

describe("somebody who reads a folder beside its owner", () => {
  test("sees what was durable, and goes on seeing that, while the owner goes on", async () => {
    const disk = new SimulatedDisk();
    const store = await openOwner(disk);
    for (let i = 0; i < 20; i += 1) await store.commit([put(`k${i % 5}`, `${i}`), drop(`k${(i + 3) % 5}`)]);
    const reader = await readLogStore("/data", { fileSystem: disk });
    const before = { k3: "18", k4: "19" };
    expect(await contentOf(reader)).toEqual(before);
    await store.commit([put("k3", "new"), drop("k4")]);
    await store.compact();
    expect(await contentOf(reader)).toEqual(before);
    await reader.close();
    await expect(reader.read("k0")).rejects.toMatchObject({ code: "closed" });
    const after = await readLogStore("/data", { fileSystem: disk });
    expect(await contentOf(after)).toEqual({ k3: "new" });
    await after.close();
    await store.close();
  });

  test("changes nothing, and leaves out a torn end", async () => {
    const disk = new SimulatedDisk();
    const store = await openOwner(disk, 100_000);
    await store.commit([put("a", "1")]);
    await store.commit([put("b", "x".repeat(100))]);
    await store.close();
    const files = disk.files();
    const path = "/data/000000000001.log";
    const whole = files.get(path) as Buffer;
    const torn = SimulatedDisk.fromFiles(new Map([[path, whole.subarray(0, whole.length - 30)]]));
    const reader = await readLogStore("/data", { fileSystem: torn });
    expect(await contentOf(reader)).toEqual({ a: "1" });
    await reader.close();
    expect(torn.operations.filter(({ name }) => CHANGES.includes(name))).toEqual([]);
    expect(torn.files().get(path)?.length).toBe(whole.length - 30);
  });

  test("begins again when a snapshot takes the place of what it reads", async () => {
    const disk = new SimulatedDisk();
    const store = await openOwner(disk);
    for (let i = 0; i < 10; i += 1) await store.commit([put(`k${i}`, "x".repeat(60))]);
    let lists = 0;
    const fileSystem: FileSystem = {
      makeFolder: (folder) => disk.makeFolder(folder),
      rename: (from, to) => disk.rename(from, to),
      remove: (file) => disk.remove(file),
      syncFolder: (folder) => disk.syncFolder(folder),
      open: (file, options) => disk.open(file, options),
      list: async (folder) => {
        const names = await disk.list(folder);
        lists += 1;
        if (lists === 1) await store.compact();
        return names;
      },
    };
    const reader = await readLogStore("/data", { fileSystem });
    expect([...reader.keys()]).toHaveLength(10);
    expect(lists).toBe(2);
    await reader.close();
    await store.close();
  });

  test("is told of a folder that is not there, and of damage", async () => {
    const disk = new SimulatedDisk();
    const store = await openOwner(disk);
    for (let i = 0; i < 10; i += 1) await store.commit([put(`k${i}`, "x".repeat(60))]);
    await store.close();
    const files = disk.files();
    const first = Buffer.from(files.get("/data/000000000001.log") as Buffer);
    first[100] = (first[100] as number) ^ 1;
    const damaged = SimulatedDisk.fromFiles(new Map([...files, ["/data/000000000001.log", first]]));
    await expect(readLogStore("/data", { fileSystem: damaged })).rejects.toMatchObject({ code: "damaged" });
    await expect(readLogStore("/no/such/folder")).rejects.toMatchObject({
      code: "folder_unusable",
      message: expect.stringContaining("/no/such/folder cannot be read: ENOENT"),
    });
  });
});

test("a start reads its folder once", async () => {
  const disk = new SimulatedDisk();
  const store = await openOwner(disk, 20_000);
  for (let i = 0; i < 400; i += 1) await store.commit([put(`k${i % 300}`, "x".repeat(200))]);
  await store.compact();
  for (let i = 0; i < 100; i += 1) await store.commit([put(`k${i}`, "y".repeat(200))]);
  await store.close();
  let stored = 0;
  for (const bytes of disk.files().values()) stored += bytes.length;
  let read = 0;
  const open: FileSystem["open"] = async (path, options) => {
    const file = await disk.open(path, options);
    return {
      size: () => file.size(),
      write: (buffers, position) => file.write(buffers, position),
      sync: () => file.sync(),
      truncate: (bytes) => file.truncate(bytes),
      close: () => file.close(),
      read: async (buffer, position) => {
        const count = await file.read(buffer, position);
        read += count;
        return count;
      },
    };
  };
  const fileSystem: FileSystem = {
    open,
    makeFolder: (folder) => disk.makeFolder(folder),
    list: (folder) => disk.list(folder),
    rename: (from, to) => disk.rename(from, to),
    remove: (path) => disk.remove(path),
    syncFolder: (folder) => disk.syncFolder(folder),
  };
  const again = await openLogStore({ folder: "/data" }, { fileSystem, lock });
  let found = 0;
  await again.recover(() => {
    found += 1;
  });
  expect(found).toBe(300);
  // Besides, the head of each file is looked at first, and the last record is written once more.
  expect(read - stored).toBeLessThan(1000);
  await again.close();
});
