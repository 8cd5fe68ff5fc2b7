import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FolderLock } from "./folder-lock.ts";
import { lockByAbstractSocket, lockFolder } from "./log-store-lock.ts";

type Locking = (folder: string) => Promise<FolderLock>;
const ways: [string, Locking][] = [["the lock of a folder", lockFolder]];
if (process.platform === "linux") ways.push(["an abstract socket", lockByAbstractSocket]);

describe.each(ways)("%s", (_, lock) => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "perdure-lock-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test("is had by one at a time, in one process too", async () => {
    const first = await lock(folder);
    await expect(lock(folder)).rejects.toMatchObject({
      code: "locked",
      message: `The folder ${folder} is in use by this process (pid ${process.pid}).`,
      hint: expect.stringContaining("stop the other one"),
    });
    await first.release();
    const second = await lock(folder);
    await second.release();
    expect(await readdir(folder)).toEqual([]);
  });

  test("is never had by two that ask at once", async () => {
    for (let round = 0; round < 4; round += 1) {
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => lock(folder)));
      const locks = results.filter(
        (result): result is PromiseFulfilledResult<FolderLock> => result.status === "fulfilled",
      );
      expect(locks.length).toBeLessThanOrEqual(1);
      for (const { value } of locks) await value.release();
    }
    await (await lock(folder)).release();
  });

  test("works however long the folder's path is", async () => {
    const long = join(folder, "x".repeat(120), "y".repeat(120));
    await mkdir(long, { recursive: true });
    const first = await lock(long);
    await expect(lock(long)).rejects.toMatchObject({ code: "locked" });
    await first.release();
    await (await lock(long)).release();
    expect(await readdir(long)).toEqual([]);
  });
});
