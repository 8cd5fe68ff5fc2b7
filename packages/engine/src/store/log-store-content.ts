import type { FileSystem } from "./file-system.ts";
import { LogCompactor } from "./log-store-compactor.ts";
import type { StoredFile } from "./log-store-file.ts";
import { isDeletion } from "./log-store-format.ts";
import type { Group } from "./log-store-group.ts";
import type { KeyIndex } from "./log-store-index.ts";
import type { Recovered } from "./log-store-recovery.ts";
import { LogWriter } from "./log-store-writer.ts";
import type { CommitOptions, Write } from "./store.ts";
import type { StoreError } from "./store-error.ts";

const SEGMENT_BYTES = 64 * 1024 * 1024;
const GARBAGE_BYTES_MIN = 32 * 1024 * 1024;

export interface ContentOptions {
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

export interface LogStoreStatistics {
  readonly keys: number;
  /** Of the latest writes of all keys. */
  readonly liveBytes: number;
  /** Of all records, live or not. */
  readonly storedBytes: number;
  readonly files: number;
}

/** A folder that has been read: its files, what takes new writes, and what tidies up. */
export class FolderContent {
  readonly #index: KeyIndex;
  readonly #files: Map<number, StoredFile>;
  readonly #writer: LogWriter;
  readonly #compactor: LogCompactor;
  #active: StoredFile;

  constructor(
    options: ContentOptions,
    parts: {
      readonly fileSystem: FileSystem;
      readonly folder: string;
      readonly index: KeyIndex;
      readonly recovered: Recovered;
    },
  ) {
    const { fileSystem, folder, index } = parts;
    const { sealed, active, preallocatedBytes } = parts.recovered;
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

  commit(writes: readonly Write[], options?: CommitOptions): Promise<void> {
    return this.#writer.commit(writes, options);
  }

  async read(key: string): Promise<Uint8Array | undefined> {
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
    await this.#compactor.compact();
  }

  async close(): Promise<void> {
    await this.#compactor.stop();
    await this.#writer.close();
    for (const stored of this.#files.values()) await stored.close().catch(() => {});
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
