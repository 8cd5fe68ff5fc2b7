import type { FileSystem } from "./file-system.ts";
import { type Snapshot, writeSnapshot } from "./log-store-compaction.ts";
import type { StoredFile } from "./log-store-file.ts";
import type { KeyIndex } from "./log-store-index.ts";
import { StoreError, toMessage } from "./store-error.ts";

/** Keys that are pointed at the snapshot without letting the event loop turn. */
const MOVES_PER_STEP = 20_000;

export interface CompactorOptions {
  readonly fileSystem: FileSystem;
  readonly folder: string;
  readonly index: KeyIndex;
  /** All that are open, oldest first, the active segment last. */
  readonly files: Map<number, StoredFile>;
  /** Ends the active segment, so that all others can be compacted. */
  readonly seal: () => Promise<void>;
  readonly garbageRatioMax: number;
  readonly garbageBytesMin: number;
  readonly onDamage: (error: StoreError) => void;
  readonly onWarning: (error: StoreError) => void;
}

/** Decides when a snapshot is worth it, and puts it in the place of what it stands for. */
export class LogCompactor {
  readonly #options: CompactorOptions;
  #running: Promise<void> | undefined;
  #stopped = false;
  /** After a failure it waits until there is half as much again. */
  #garbageBytesMin: number;

  constructor(options: CompactorOptions) {
    this.#options = options;
    this.#garbageBytesMin = options.garbageBytesMin;
  }

  get storedBytes(): number {
    let bytes = 0;
    for (const stored of this.#options.files.values()) bytes += stored.bytes;
    return bytes;
  }

  /** Called after every group. */
  consider(): void {
    if (this.#running !== undefined || this.#stopped) return;
    const { index, garbageRatioMax } = this.#options;
    const garbageBytes = this.storedBytes - index.liveBytes;
    if (garbageBytes < this.#garbageBytesMin || garbageBytes < index.liveBytes * garbageRatioMax) return;
    this.compact().then(
      () => {
        this.#garbageBytesMin = this.#options.garbageBytesMin;
      },
      () => {
        this.#garbageBytesMin = garbageBytes * 1.5;
      },
    );
  }

  compact(): Promise<void> {
    this.#running ??= this.#compact().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running?.catch(() => {});
  }

  async #compact(): Promise<void> {
    const { fileSystem, folder, index, files, seal } = this.#options;
    await seal();
    const sources = [...files.values()].slice(0, -1);
    try {
      const isStopped = (): boolean => this.#stopped;
      const snapshot = await writeSnapshot({ fileSystem, folder, sources, index, isStopped });
      if (snapshot === undefined) return;
      await this.#replace(sources, snapshot);
    } catch (error) {
      throw this.#report(error);
    }
  }

  /** The snapshot comes first among the files: what stands in the others is newer. */
  async #replace(sources: readonly StoredFile[], { stored, slots, offsets }: Snapshot): Promise<void> {
    const { fileSystem, index, files } = this.#options;
    files.set(stored.id, stored);
    const sourceIds = new Set(sources.map(({ id }) => id));
    for (let i = 0; i < slots.length; i += 1) {
      const slot = slots[i] as number;
      // A slot that was written to meanwhile, or has another key by now, points behind the sources.
      if (sourceIds.has(index.fileIdAt(slot))) index.move(slot, stored.id, offsets[i] as number);
      if (i % MOVES_PER_STEP === MOVES_PER_STEP - 1) await new Promise(setImmediate);
    }
    const newer = [...files].filter(([id]) => id !== stored.id && !sourceIds.has(id));
    files.clear();
    files.set(stored.id, stored);
    for (const [id, file] of newer) files.set(id, file);
    const removals = sources.map(async (source) => {
      await fileSystem.remove(source.path);
      await source.close();
    });
    await Promise.all(removals);
  }

  #report(error: unknown): unknown {
    if (error instanceof StoreError) {
      this.#options.onDamage(error);
      return error;
    }
    const warning = new StoreError(
      "write_failed",
      `Compacting ${this.#options.folder} failed: ${toMessage(error)}`,
      { hint: "Make room on the disk: the store goes on, but does not shrink.", cause: error },
    );
    this.#options.onWarning(warning);
    return warning;
  }
}
