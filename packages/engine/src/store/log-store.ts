import { resolve } from "node:path";
import type { FileSystem } from "./file-system.ts";
import type { FolderLock } from "./folder-lock.ts";
import { type ContentOptions, FolderContent, type LogStoreStatistics } from "./log-store-content.ts";
import { KeyIndex } from "./log-store-index.ts";
import { lockFolder } from "./log-store-lock.ts";
import { recoverFolder } from "./log-store-recovery.ts";
import { Replay } from "./log-store-replay.ts";
import { nodeFileSystem } from "./node-file-system.ts";
import type { CommitOptions, RecoverOptions, Store, Write } from "./store.ts";
import {
  createClosed,
  createNotRecovered,
  createRecoveredTwice,
  StoreError,
  toMessage,
} from "./store-error.ts";

export interface LogStoreOptions extends ContentOptions {
  /** Made if it is not there. It belongs to this store alone. */
  readonly folder: string;
}

/** What tests replace. */
export interface LogStoreParts {
  readonly fileSystem?: FileSystem;
  readonly lock?: (folder: string) => Promise<FolderLock>;
}

/** A store in one folder, as a log of its own. `log-store-format.ts` describes the files. */
export interface LogStore extends Store {
  readonly folder: string;
  statistics(): LogStoreStatistics;
  /** Makes a snapshot now, and drops what it stands for. Also done in the background, when it is worth it. */
  compact(): Promise<void>;
}

/**
 * Takes the folder of a store, as its only owner. Rejects with a {@link StoreError}:
 * `locked` or `folder_unusable`.
 *
 * `recover` then reads it through once: every record is checked, and where the latest
 * write of each key stands is known from then on. It rejects with `version_unsupported`
 * or `damaged`, after which the store can only be closed. A torn end, which a crash
 * leaves behind, is no damage: it is cut off.
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
  return toFolderError(folder, async () => {
    await fileSystem.makeFolder(folder);
    const lock = await takeLock(folder);
    return new FolderStore({ ...options, folder }, { fileSystem, lock });
  });
}

async function toFolderError<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw new StoreError("folder_unusable", `The folder ${folder} cannot be used: ${toMessage(error)}`, {
      hint: "Name a folder on a local disk that this process may create, read and write.",
      cause: error,
    });
  }
}

class FolderStore implements LogStore {
  readonly folder: string;
  readonly #options: LogStoreOptions;
  readonly #fileSystem: FileSystem;
  readonly #lock: FolderLock;
  #recovering: Promise<void> | undefined;
  #content: FolderContent | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    options: LogStoreOptions,
    { fileSystem, lock }: { readonly fileSystem: FileSystem; readonly lock: FolderLock },
  ) {
    this.folder = options.folder;
    this.#options = options;
    this.#fileSystem = fileSystem;
    this.#lock = lock;
  }

  async recover(
    onWrite: (key: string, value: Uint8Array) => void,
    options: RecoverOptions = {},
  ): Promise<void> {
    if (this.#closing !== undefined) throw createClosed();
    if (this.#recovering !== undefined) throw createRecoveredTwice();
    this.#recovering = toFolderError(this.folder, async () => {
      const index = new KeyIndex();
      const replay = new Replay({ index, onWrite, ...options });
      const place = { fileSystem: this.#fileSystem, folder: this.folder };
      const recovered = await recoverFolder(place, replay);
      this.#content = new FolderContent(this.#options, { ...place, index, recovered });
      replay.finish();
    });
    await this.#recovering;
  }

  commit(writes: readonly Write[], options?: CommitOptions): Promise<void> {
    try {
      return this.#recovered().commit(writes, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    return this.#recovered().read(key);
  }

  statistics(): LogStoreStatistics {
    return this.#recovered().statistics();
  }

  async compact(): Promise<void> {
    await this.#recovered().compact();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#recovering?.catch(() => {});
    await this.#content?.close();
    await this.#lock.release();
  }

  #recovered(): FolderContent {
    if (this.#closing !== undefined) throw createClosed();
    if (this.#content === undefined) throw createNotRecovered();
    return this.#content;
  }
}
