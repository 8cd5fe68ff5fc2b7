import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { FileSystem, OpenFile } from "./file-system.ts";
import {
  decodeHead,
  decodeKey,
  encodeHead,
  type FileHead,
  FORMAT_VERSION,
  HEAD_BYTES,
  MARK_BYTES,
  valueAt,
} from "./log-store-format.ts";
import type { Location } from "./log-store-index.ts";
import { createDamage, StoreError } from "./store-error.ts";

let lastId = 0;

/** A segment or a snapshot that is open: what it is, and how much of it holds. */
export class StoredFile {
  /** Unique in this process, never 0. */
  readonly id: number;
  path: string;
  readonly head: FileHead;
  readonly file: OpenFile;
  /** Where its last record ends. Behind it there is nothing, or zeros. */
  bytes: number;
  #reads = 0;
  #onUnread: (() => void) | undefined;

  constructor(options: { path: string; head: FileHead; file: OpenFile; bytes: number }) {
    lastId += 1;
    this.id = lastId;
    this.path = options.path;
    this.head = options.head;
    this.file = options.file;
    this.bytes = options.bytes;
  }

  /** The value that was stored there under the key. */
  async read(key: string, { offset, bytes }: Location): Promise<Uint8Array> {
    const entry = Buffer.allocUnsafeSlow(bytes);
    this.#reads += 1;
    try {
      const count = await this.file.read(entry, offset);
      if (count !== bytes || decodeKey(entry, 0) !== key) {
        throw createDamage(
          this.path,
          `at offset ${offset} the value of ${JSON.stringify(key)} is not there any more`,
        );
      }
    } finally {
      this.#reads -= 1;
      if (this.#reads === 0) this.#onUnread?.();
    }
    const value = valueAt(entry, 0);
    return new Uint8Array(value.buffer, value.byteOffset, value.length);
  }

  /** Closes it when the reads that are under way have ended. */
  async close(): Promise<void> {
    if (this.#reads > 0) {
      await new Promise<void>((resolve) => {
        this.#onUnread = resolve;
      });
    }
    await this.file.close();
  }
}

/** A new file that holds its head, not yet durable unless it is `synced`. */
export async function createStoredFile(options: {
  readonly fileSystem: FileSystem;
  readonly folder: string;
  readonly name: string;
  readonly synced: boolean;
  readonly head: Omit<FileHead, "mark">;
}): Promise<StoredFile> {
  const { fileSystem, folder, name, synced } = options;
  const path = join(folder, name);
  const head: FileHead = { ...options.head, mark: randomBytes(MARK_BYTES) };
  const file = await fileSystem.open(path, { create: true, synced });
  try {
    await writeFully(file, [encodeHead(head)], { position: 0, needed: HEAD_BYTES });
  } catch (error) {
    await file.close().catch(() => {});
    throw error;
  }
  return new StoredFile({ path, head, file, bytes: HEAD_BYTES });
}

/**
 * Opens a file that is there. Gives `undefined` for one whose making was cut off
 * before its head was durable: nothing was ever acknowledged from it.
 */
export async function openStoredFile(options: {
  readonly fileSystem: FileSystem;
  readonly path: string;
  readonly synced: boolean;
  readonly isReader?: boolean;
  readonly expected: Omit<FileHead, "mark" | "previousBytes">;
}): Promise<StoredFile | undefined> {
  const { fileSystem, path, synced, isReader = false, expected } = options;
  const file = await fileSystem.open(path, { create: false, synced, isReader });
  try {
    const bytes = await file.size();
    const start = Buffer.alloc(HEAD_BYTES);
    const reading = decodeHead(start.subarray(0, await file.read(start, 0)));
    if (reading.type === "version") throw createUnsupported(path, reading.version);
    if (reading.type === "ok") {
      const { head } = reading;
      if (head.kind === expected.kind && head.sequence === expected.sequence) {
        return new StoredFile({ path, head, file, bytes });
      }
      throw createDamage(path, `it holds ${head.kind} ${head.sequence}, which is not what its name says`);
    }
    if (bytes > HEAD_BYTES) throw createDamage(path, "its first bytes are not those of a file of this store");
  } catch (error) {
    await file.close().catch(() => {});
    throw error;
  }
  await file.close();
  return undefined;
}

/** Goes on after a short write; the system then says what is wrong. Gives the bytes written, at least `needed`. */
export async function writeFully(
  file: OpenFile,
  buffers: readonly Uint8Array[],
  { position, needed }: { readonly position: number; readonly needed: number },
): Promise<number> {
  let written = await file.write(buffers, position);
  while (written < needed) {
    const rest = Buffer.concat(buffers).subarray(written);
    const count = await file.write([rest], position + written);
    if (count === 0) throw new Error("The system writes nothing, and does not say why.");
    written += count;
  }
  return written;
}

function createUnsupported(path: string, version: number): StoreError {
  return new StoreError(
    "version_unsupported",
    `${path} has format version ${version}; this version of @perdure/engine reads version ${FORMAT_VERSION}.`,
    {
      hint: "Use the version of @perdure/engine that wrote the folder, or a later one. Nothing was changed.",
    },
  );
}
