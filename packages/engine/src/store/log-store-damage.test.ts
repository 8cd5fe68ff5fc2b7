import { describe, expect, test } from "vitest";
import { type LogStore, openLogStore } from "./log-store.ts";
import { encodeHead, FORMAT_VERSION, HEAD_BYTES } from "./log-store-format.ts";
import { SimulatedDisk } from "./testing/simulated-disk.ts";
import { drop, put, recovered } from "./testing/store-suite.ts";

const lock = async (): Promise<{ release(): Promise<void> }> => ({ release: async () => {} });

function open(fileSystem: SimulatedDisk): Promise<LogStore> {
  return recovered(openLogStore({ folder: "/data", segmentBytes: 350 }, { fileSystem, lock }));
}

const SEGMENT_1 = "/data/000000000001.log";
const SNAPSHOT = "/data/000000000001.snapshot";
const FULL = "/data/000000000002.log";
const LAST = "/data/000000000003.log";

/** A snapshot, a full segment behind it, and one that is not full. */
async function createFiles(): Promise<Map<string, Buffer>> {
  const disk = new SimulatedDisk();
  const store = await open(disk);
  for (let i = 0; i < 16; i += 1) {
    await store.commit([put(`k${i}`, `${i}`.repeat(8)), drop(`k${i - 4}`)]);
    if (i === 5) await store.compact();
  }
  await store.close();
  const files = disk.files();
  expect([...files.keys()].sort()).toEqual([SNAPSHOT, FULL, LAST]);
  return files;
}

async function expectRefusal(
  files: ReadonlyMap<string, Uint8Array>,
  expected: object,
  context?: string,
): Promise<void> {
  const disk = SimulatedDisk.fromFiles(files);
  const failure = await open(disk).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure, context).toMatchObject(expected);
  const after = disk.files();
  expect([...after.keys()], context).toEqual([...files.keys()]);
  for (const [path, bytes] of files) expect(after.get(path)?.equals(bytes), context).toBe(true);
}

describe("a damaged log store", () => {
  test("any flipped bit is reported, with its file, and nothing is changed", async () => {
    const files = await createFiles();
    for (const [path, bytes] of files) {
      for (let at = 0; at < bytes.length; at += 1) {
        const flipped = Buffer.from(bytes);
        flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
        const isVersion = at >= 8 && at < 12;
        const expected = isVersion
          ? { code: expect.stringMatching(/^(version_unsupported|damaged)$/) }
          : {
              code: "damaged",
              message: expect.stringContaining(path),
              hint: expect.stringContaining("backup"),
            };
        await expectRefusal(new Map(files).set(path, flipped), expected, `${path} at ${at}`);
      }
    }
  }, 60_000);

  test("the message names the offset of the record", async () => {
    const disk = new SimulatedDisk();
    const store = await open(disk);
    await store.commit([put("a", "1")]);
    await store.commit([put("b", "1")]);
    await store.close();
    const bytes = disk.files().get(SEGMENT_1) as Buffer;
    bytes[HEAD_BYTES + 20] = 0xff;
    const next = HEAD_BYTES + (bytes.length - HEAD_BYTES) / 2;
    await expectRefusal(new Map([[SEGMENT_1, bytes]]), {
      message: `${SEGMENT_1} is damaged: the record at offset ${HEAD_BYTES} is not valid; a valid record follows at offset ${next}.`,
    });
  });

  test("a value that holds a copy of a record does not make a torn tail look damaged", async () => {
    const disk = new SimulatedDisk();
    const store = await open(disk);
    await store.commit([put("a", "1")]);
    const copy = (disk.files().get(SEGMENT_1) as Buffer).subarray(HEAD_BYTES, 200);
    await store.close();
    const other = new SimulatedDisk();
    const second = await open(other);
    await second.commit([put("a", "2")]);
    await second.commit([{ key: "b", value: Buffer.concat([copy, Buffer.alloc(100, 1)]) }]);
    await second.close();
    const bytes = other.files().get(SEGMENT_1) as Buffer;
    const torn = SimulatedDisk.fromFiles(new Map([[SEGMENT_1, bytes.subarray(0, bytes.length - 10)]]));
    const again = await open(torn);
    expect(again.statistics().keys).toBe(1);
    await again.close();
  });

  test("a missing file is reported", async () => {
    for (const path of [SNAPSHOT, FULL]) {
      const files = await createFiles();
      files.delete(path);
      const missing = path === FULL ? "000000000002.log" : "000000000001.log";
      await expectRefusal(files, {
        code: "damaged",
        message: `/data is damaged: its file ${missing} is missing.`,
      });
    }
    const files = await createFiles();
    files.delete(FULL);
    files.delete(LAST);
    await expectRefusal(files, {
      code: "damaged",
      message: "/data is damaged: its file 000000000002.log is missing.",
    });
  });

  test("a full segment that was cut at the end of a record is reported", async () => {
    const files = await createFiles();
    const bytes = files.get(FULL) as Buffer;
    const end = HEAD_BYTES + 8 + bytes.readUInt32LE(HEAD_BYTES);
    await expectRefusal(new Map(files).set(FULL, bytes.subarray(0, end)), {
      code: "damaged",
      message: `${FULL} is damaged: it has ${end} bytes, and had ${bytes.length} when it was full.`,
    });
  });

  test("a snapshot that was cut is reported", async () => {
    const files = await createFiles();
    const path = SNAPSHOT;
    const bytes = files.get(path) as Buffer;
    const end = HEAD_BYTES + 8 + bytes.readUInt32LE(HEAD_BYTES);
    await expectRefusal(new Map(files).set(path, bytes.subarray(0, end)), {
      message: `${path} is damaged: it was cut short at offset ${end}.`,
    });
    await expectRefusal(new Map(files).set(path, bytes.subarray(0, 0)), {
      message: `${path} is damaged: it is empty.`,
    });
  });

  test("a file under another one's name is reported", async () => {
    const files = await createFiles();
    const [first, second] = [...files.keys()].filter((path) => path.endsWith(".log")).sort() as [
      string,
      string,
    ];
    await expectRefusal(new Map(files).set(second, files.get(first) as Buffer), {
      code: "damaged",
      message: expect.stringContaining("which is not what its name says"),
    });
  });

  test("a later format version is refused: which, and what to do", async () => {
    const files = await createFiles();
    const path = LAST;
    const bytes = Buffer.from(files.get(path) as Buffer);
    bytes.writeUInt32LE(FORMAT_VERSION + 1, 8);
    await expectRefusal(new Map(files).set(path, bytes), {
      code: "version_unsupported",
      message: `${path} has format version 2; this version of @perdure/engine reads version 1.`,
      hint: "Use the version of @perdure/engine that wrote the folder, or a later one. Nothing was changed.",
    });
  });

  test("damage that a running store meets stops it", async () => {
    const disk = new SimulatedDisk();
    const failures: string[] = [];
    const store = await recovered(
      openLogStore(
        { folder: "/data", onFailure: ({ code }) => failures.push(code) },
        { fileSystem: disk, lock },
      ),
    );
    await store.commit([put("a", "1"), put("b", "2")]);
    const file = await disk.open(SEGMENT_1, { create: false, synced: true });
    await file.write([Buffer.from("rotten")], HEAD_BYTES + 16);
    await expect(store.read("a")).rejects.toMatchObject({ code: "damaged" });
    await expect(store.compact()).rejects.toMatchObject({ code: "damaged" });
    await expect(store.commit([put("c", "1")])).rejects.toMatchObject({ code: "damaged" });
    expect(failures).toEqual(["damaged"]);
    await store.close();
  });

  test("the head of a file is as described", () => {
    const mark = Buffer.from("12345678");
    const bytes = encodeHead({ kind: "segment", sequence: 7, previousBytes: 300, mark });
    expect(bytes.toString("latin1", 0, 8)).toBe("PERDURE\n");
    expect([bytes.readUInt32LE(8), bytes.readUInt32LE(12)]).toEqual([1, 1]);
    expect([bytes.readBigUInt64LE(16), bytes.readBigUInt64LE(24)]).toEqual([7n, 300n]);
    expect(bytes.length).toBe(HEAD_BYTES);
  });
});
