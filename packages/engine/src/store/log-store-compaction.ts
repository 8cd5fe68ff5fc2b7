import { join } from "node:path";
import type { FileSystem } from "./file-system.ts";
import { createStoredFile, type StoredFile, writeFully } from "./log-store-file.ts";
import { forEachEntry, HEAD_BYTES } from "./log-store-format.ts";
import { Group } from "./log-store-group.ts";
import type { KeyIndex } from "./log-store-index.ts";
import { toPartialName, toSnapshotName } from "./log-store-names.ts";
import { scanRecords } from "./log-store-scan.ts";
import { createDamage } from "./store-error.ts";

/** The disk is given this much at a time, so that a commit never waits behind a whole snapshot. */
const SYNC_BYTES = 4 * 1024 * 1024;
const STOPPED = new Error("The compaction was stopped.");

export interface CompactionOptions {
  readonly fileSystem: FileSystem;
  readonly folder: string;
  /** The snapshot, if there is one, and the full segments behind it, oldest first. */
  readonly sources: readonly StoredFile[];
  readonly index: KeyIndex;
  /** Asked at every step; true gives up. */
  readonly isStopped: () => boolean;
}

export interface Snapshot {
  readonly stored: StoredFile;
  /** The slots of the keys it holds, and where their entries stand in it. */
  readonly slots: readonly number[];
  readonly offsets: readonly number[];
}

/**
 * Writes what is live of the sources to a snapshot that stands for all of them,
 * while commits go on behind them. Until the snapshot has its name, it counts for
 * nothing; from then on, the sources do. Gives `undefined` when it was stopped.
 */
export async function writeSnapshot(options: CompactionOptions): Promise<Snapshot | undefined> {
  const { fileSystem, folder, sources } = options;
  const sequence = sources.at(-1)?.head.sequence ?? 0;
  const name = toPartialName(sequence);
  const partial = join(folder, name);
  const head = { kind: "snapshot", sequence, previousBytes: 0 } as const;
  let stored: StoredFile | undefined;
  try {
    stored = await createStoredFile({ fileSystem, folder, name, synced: false, head });
    const copy = new Copy(stored, options);
    for (const source of sources) await copy.takeFrom(source);
    await copy.finish();
    const path = join(folder, toSnapshotName(sequence));
    await fileSystem.rename(partial, path);
    stored.path = path;
    await fileSystem.syncFolder(folder);
    return { stored, slots: copy.slots, offsets: copy.offsets };
  } catch (error) {
    await stored?.file.close().catch(() => {});
    await fileSystem.remove(partial).catch(() => {});
    if (error === STOPPED) return undefined;
    throw error;
  }
}

class Copy {
  readonly slots: number[] = [];
  readonly offsets: number[] = [];
  readonly #target: StoredFile;
  readonly #options: CompactionOptions;
  readonly #group = new Group();
  #unsyncedBytes = 0;

  constructor(target: StoredFile, options: CompactionOptions) {
    this.#target = target;
    this.#options = options;
  }

  async takeFrom(source: StoredFile): Promise<void> {
    const { index } = this.#options;
    const end = await scanRecords({
      file: source.file,
      mark: source.head.mark,
      from: HEAD_BYTES,
      to: source.bytes,
      onRecord: (buffer, range, base) => {
        forEachEntry(buffer, range, (key, start, bytes) => {
          const slot = index.slotOf(key, source.id, base + start);
          if (slot === undefined) return;
          this.slots.push(slot);
          this.offsets.push(this.#target.bytes + this.#group.addEncoded(buffer, start, bytes));
        });
      },
      betweenChunks: () => this.#flush(),
    });
    if (end !== source.bytes) {
      throw createDamage(source.path, `the record at offset ${end} is not valid any more`);
    }
    await this.#flush();
  }

  async finish(): Promise<void> {
    await this.#flush();
    await this.#writeGroup();
    await this.#target.file.sync();
  }

  async #flush(): Promise<void> {
    if (this.#options.isStopped()) throw STOPPED;
    if (!this.#group.isEmpty) await this.#writeGroup();
    if (this.#unsyncedBytes < SYNC_BYTES) return;
    await this.#target.file.sync();
    this.#unsyncedBytes = 0;
  }

  async #writeGroup(): Promise<void> {
    const target = this.#target;
    const record = this.#group.toRecord(target.head.mark);
    await writeFully(target.file, [record], { position: target.bytes, needed: record.length });
    target.bytes += record.length;
    this.#unsyncedBytes += record.length;
    this.#group.clear();
  }
}
