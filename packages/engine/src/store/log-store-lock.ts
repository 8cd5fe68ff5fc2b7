import { constants } from "node:fs";
import * as fs from "node:fs/promises";
import { join } from "node:path";
import type { FolderLock } from "./folder-lock.ts";
import { listenAbstract, listenInFolder, NoSocketsHere } from "./log-store-lock-socket.ts";
import { codeOf, StoreError } from "./store-error.ts";

const OWNER_NAME = "owner.pid";

/**
 * Makes this process the owner of a folder, or says which process is.
 *
 * The lock is something that the kernel takes back when a process ends, however
 * it ends: a file with a process id in it would outlive its process, and the same
 * id may be another program's by then, or another container's. Node has no
 * `flock`, so:
 *
 * - macOS, BSD and Windows lock a file as they open it (`O_EXLOCK`);
 * - Linux listens on a socket in the folder: who can connect to it knows that
 *   its owner lives, also across containers that share the folder;
 * - where the file system holds no sockets, Linux listens on an abstract socket
 *   named after the folder's device and inode, seen by all of one network namespace.
 *
 * None of these reaches another machine: a folder on a network file system must
 * be used by one machine at a time.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  if (EXCLUSIVE_LOCK !== undefined) return lockByOpening(folder, EXCLUSIVE_LOCK);
  try {
    return await listenInFolder(folder, (pid) => createLocked(folder, pid));
  } catch (error) {
    if (error instanceof NoSocketsHere) return lockByAbstractSocket(folder);
    throw error;
  }
}

/** Exported for its test: Linux takes it only where sockets in the folder fail. */
export async function lockByAbstractSocket(folder: string): Promise<FolderLock> {
  const { dev, ino } = await fs.stat(folder, { bigint: true });
  const lock = await listenAbstract(`perdure-store-${dev}-${ino}`);
  if (lock === undefined) throw createLocked(folder, await readOwner(folder));
  return withOwnerFile(folder, lock);
}

/** What libuv passes on to the system; Node does not name it. */
const EXCLUSIVE_LOCK: number | undefined = (() => {
  switch (process.platform) {
    case "darwin":
    case "freebsd":
    case "openbsd":
      return 0x20 | constants.O_NONBLOCK;
    case "win32":
      return 0x10000000;
    default:
      return undefined;
  }
})();

async function lockByOpening(folder: string, flags: number): Promise<FolderLock> {
  try {
    const file = await fs.open(
      join(folder, "owner.lock"),
      constants.O_RDWR | constants.O_CREAT | flags,
      0o644,
    );
    return await withOwnerFile(folder, { release: () => file.close() });
  } catch (error) {
    const code = codeOf(error);
    if (code !== "EAGAIN" && code !== "EWOULDBLOCK" && code !== "EBUSY") throw error;
    throw createLocked(folder, await readOwner(folder));
  }
}

/** The file only tells others whom to name; it locks nothing. */
async function withOwnerFile(folder: string, lock: FolderLock): Promise<FolderLock> {
  const path = join(folder, OWNER_NAME);
  await fs.writeFile(path, String(process.pid));
  return {
    release: async () => {
      await fs.unlink(path).catch(() => {});
      await lock.release();
    },
  };
}

async function readOwner(folder: string): Promise<number | undefined> {
  const text = await fs.readFile(join(folder, OWNER_NAME), "utf8").catch(() => "");
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

function createLocked(folder: string, pid: number | undefined): StoreError {
  const owner =
    pid === undefined
      ? "another process"
      : pid === process.pid
        ? `this process (pid ${pid})`
        : `the process with pid ${pid}`;
  return new StoreError("locked", `The folder ${folder} is in use by ${owner}.`, {
    hint: "A folder belongs to one engine at a time: stop the other one, or use another folder.",
  });
}
