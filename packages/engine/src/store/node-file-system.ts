import * as fs from "node:fs";
import { constants, type NoParamCallback } from "node:fs";
import { mkdir, readdir, rename, unlink } from "node:fs/promises";
import type { FileSystem, OpenFile, OpenOptions } from "./file-system.ts";

/** One system call less per write: only Linux opens files so that a write returns when it is durable. */
const O_DSYNC = process.platform === "linux" ? constants.O_DSYNC : 0;

/** The real one. */
export const nodeFileSystem: FileSystem = {
  makeFolder: async (folder) => {
    await mkdir(folder, { recursive: true });
  },
  list: (folder) => readdir(folder),
  open: openFile,
  rename,
  remove: unlink,
  syncFolder,
};

async function openFile(path: string, { create, synced, isReader = false }: OpenOptions): Promise<OpenFile> {
  const flags =
    (isReader ? constants.O_RDONLY : constants.O_RDWR) |
    (create ? constants.O_CREAT | constants.O_EXCL : 0) |
    (synced ? O_DSYNC : 0);
  const fd = await open(path, flags);
  const syncWrites = synced && O_DSYNC === 0;
  return {
    size: () =>
      new Promise((resolve, reject) =>
        fs.fstat(fd, (error, stats) => (error ? reject(error) : resolve(stats.size))),
      ),
    read: (buffer, position) => readFully(fd, buffer, position),
    write: async (buffers, position) => {
      const written = await write(fd, buffers, position);
      if (syncWrites) await call((done) => fs.fdatasync(fd, done));
      return written;
    },
    sync: () => call((done) => fs.fsync(fd, done)),
    truncate: (bytes) => call((done) => fs.ftruncate(fd, bytes, done)),
    close: () => call((done) => fs.close(fd, done)),
  };
}

/** Windows cannot open a folder, and keeps names without being asked. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const fd = await open(folder, constants.O_RDONLY);
  try {
    await call((done) => fs.fsync(fd, done));
  } finally {
    await call((done) => fs.close(fd, done));
  }
}

function open(path: string, flags: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.open(path, flags, 0o644, (error, fd) => (error ? reject(error) : resolve(fd)));
  });
}

async function readFully(fd: number, buffer: Uint8Array, position: number): Promise<number> {
  let filled = 0;
  while (filled < buffer.length) {
    const count = await new Promise<number>((resolve, reject) => {
      fs.read(fd, buffer, filled, buffer.length - filled, position + filled, (error, bytes) =>
        error ? reject(error) : resolve(bytes),
      );
    });
    if (count === 0) break;
    filled += count;
  }
  return filled;
}

function write(fd: number, buffers: readonly Uint8Array[], position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.writev(fd, buffers, position, (error, bytes) => (error ? reject(error) : resolve(bytes)));
  });
}

function call(start: (done: NoParamCallback) => void): Promise<void> {
  return new Promise((resolve, reject) => start((error) => (error ? reject(error) : resolve())));
}
