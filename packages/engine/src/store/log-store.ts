import { resolve } from "node:path";
import type { FileSystem } from "./file-system.ts";
import type { FolderLock } from "./folder-lock.ts";
import { LogCompactor } from "./log-store-compactor.ts";
import type { StoredFile } from "./log-store-file.ts";
import { forEachEntry, HEAD_BYTES, isDeletion, valueAt } from "./log-store-format.ts";
import type { Group } from "./log-store-group.ts";
import type { KeyIndex } from "./log-store-index.ts";
import { lockFolder } from "./log-store-lock.ts";
import { type Recovered, recoverFolder } from "./log-store-recovery.ts";
import { scanRecords } from "./log-store-scan.ts";
import { LogWriter } from "./log-store-writer.ts";
import { nodeFileSystem } from "./node-file-system.ts";
import type { Store, Write } from "./store.ts";
import { createClosed, StoreError, toMessage } from "./store-error.ts";

export interface LogStoreOptions {
  /** Made if it is not there. It belongs to this store alone. */
  readonly folder: string;
  /** Length at which a segment is followed by a new one; 64 MiB unless said otherwise. */
  readonly segmentBytes?: number;
  /** A snapshot is made when there is this many times as much garbage as there is live data; 1 unless said otherwise. */
  readonly garbageRatioMax?: number;
  /** Less garbage than this is left alone; 32 MiB unless said otherwise. */
  readonly garbageBytesMin?: number;
  /** Called once, when the store stops accepting commits (rule 4 of `Store`), before the commits reject. */
  readonly onFailure?: (error: StoreError) => void;
  /** Called when a snapshot could not be made. The store goes on, and its files go on growing, until the next try. */
  readonly onWarning?: (error: StoreError) => void;
}

/** What tests replace. */
export interface LogStoreParts {
  readonly fileSystem?: FileSystem;
  readonly lock?: (folder: string) => Promise<FolderLock>;
}

export interface LogStoreStatistics {
  readonly keys: number;
  /** Of the latest writes of all keys. */
  readonly liveBytes: number;
  /** Of all records, live or not. */
  readonly storedBytes: number;
  readonly files: number;
}

/** A store in one folder, as a log of its own. `log-store-format.ts` describes the files. */
export interface LogStore extends Store {
  readonly folder: string;
  statistics(): LogStoreStatistics;
  /** Makes a snapshot now, and drops what it stands for. Also done in the background, when it is worth it. */
  compact(): Promise<void>;
}

/**
 * Opens the store of a folder, as its only owner, and reads it through once: every
 * record is checked, and where the latest write of each key stands is known from then on.
 *
 * Rejects with a {@link StoreError}: `locked`, `folder_unusable`, `version_unsupported`
 * or `damaged`. A torn end, which a crash leaves behind, is none: it is cut off.
 *
 * @example
 * const store = await openLogStore({ folder: "./data" });
 * await store.recover((key, value) => state.set(key, value));
 * await store.commit([{ key: "a", value: new Uint8Array([1]) }]);
 * await store.close();
 */
export async function openLogStore(options: LogStoreOptions, parts: LogStoreParts = {}): Promise<LogStore> {
  const { fileSystem = nodeFileSystem, lock: takeLock = lockFolder } = parts;
  const folder = resolve(options.folder);
  try {
    await fileSystem.makeFolder(folder);
    const lock = await takeLock(folder);
    try {
      const recovered = await recoverFolder({ fileSystem, folder });
      return new FolderStore({ ...options, folder }, { fileSystem, lock, recovered });
    } catch (error) {
      await lock.release();
      throw error;
    }
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError("folder_unusable", `The folder ${folder} cannot be used: ${toMessage(error)}`, {
      hint: "Name a folder on a local disk that this process may create, read and write.",
      cause: error,
    });
  }
}

const SEGMENT_BYTES = 64 * 1024 * 1024;
const GARBAGE_BYTES_MIN = 32 * 1024 * 1024;

class FolderStore implements LogStore {
  readonly folder: string;
  readonly #lock: FolderLock;
  readonly #index: KeyIndex;
  readonly #files: Map<number, StoredFile>;
  readonly #writer: LogWriter;
  readonly #compactor: LogCompactor;
  #active: StoredFile;
  #isFresh = true;
  #closing: Promise<void> | undefined;

  constructor(
    options: LogStoreOptions,
    { fileSystem, lock, recovered }: { fileSystem: FileSystem; lock: FolderLock; recovered: Recovered },
  ) {
    const { folder } = options;
    const { index, sealed, active, preallocatedBytes } = recovered;
    this.folder = folder;
    this.#lock = lock;
    this.#index = index;
    this.#active = active;
    this.#files = new Map([...sealed, active].map((stored) => [stored.id, stored]));
    this.#writer = new LogWriter({
      fileSystem,
      folder,
      active,
      preallocatedBytes,
      segmentBytes: options.segmentBytes ?? SEGMENT_BYTES,
      onDurable: (group, record, offset) => this.#applyGroup(group, record, offset),
      onSealed: (next) => {
        this.#active = next;
        this.#files.set(next.id, next);
      },
      onFailure: (error) => options.onFailure?.(error),
    });
    this.#compactor = new LogCompactor({
      fileSystem,
      folder,
      index,
      files: this.#files,
      seal: () => this.#writer.seal(),
      garbageRatioMax: options.garbageRatioMax ?? 1,
      garbageBytesMin: options.garbageBytesMin ?? GARBAGE_BYTES_MIN,
      onDamage: (error) => this.#writer.fail(error),
      onWarning: (error) => options.onWarning?.(error),
    });
  }

  async recover(
    onWrite: (key: string, value: Uint8Array) => void,
    wants: (key: string) => boolean = () => true,
  ): Promise<void> {
    if (!this.#isFresh) throw createRecoveredLate();
    this.#isFresh = false;
    for (const { file, head, id, bytes } of [...this.#files.values()]) {
      await scanRecords({
        file,
        mark: head.mark,
        from: HEAD_BYTES,
        to: bytes,
        verify: false,
        onRecord: (buffer, range, base) => {
          forEachEntry(buffer, range, (key, start) => {
            if (!wants(key) || this.#index.slotOf(key, id, base + start) === undefined) return;
            // A copy: a view would keep the whole chunk in memory.
            onWrite(key, new Uint8Array(valueAt(buffer, start)));
          });
        },
      });
    }
  }

  commit(writes: readonly Write[]): Promise<void> {
    this.#isFresh = false;
    if (this.#closing !== undefined) return Promise.reject(createClosed());
    return this.#writer.commit(writes);
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    if (this.#closing !== undefined) throw createClosed();
    const location = this.#index.get(key);
    if (location === undefined) return undefined;
    return this.#files.get(location.fileId)?.read(key, location);
  }

  statistics(): LogStoreStatistics {
    return {
      keys: this.#index.size,
      liveBytes: this.#index.liveBytes,
      storedBytes: this.#compactor.storedBytes,
      files: this.#files.size,
    };
  }

  async compact(): Promise<void> {
    if (this.#closing !== undefined) throw createClosed();
    await this.#compactor.compact();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#compactor.stop();
    await this.#writer.close();
    for (const stored of this.#files.values()) await stored.close().catch(() => {});
    await this.#lock.release();
  }

  #applyGroup({ keys, starts }: Group, record: Buffer, offset: number): void {
    for (let i = 0; i < keys.length; i += 1) {
      const key = keys[i] as string;
      const start = starts[i] as number;
      const end = starts[i + 1] ?? record.length - 1;
      if (isDeletion(record, start)) this.#index.delete(key);
      else this.#index.set(key, { fileId: this.#active.id, offset: offset + start, bytes: end - start });
    }
    this.#compactor.consider();
  }
}

function createRecoveredLate(): StoreError {
  return new StoreError("misused", "The store was recovered before, or has taken commits already.", {
    hint: "Call `recover` once, right after the store was opened.",
  });
}
