import type { FileSystem } from "./file-system.ts";
import { createStoredFile, type StoredFile, writeFully } from "./log-store-file.ts";
import { Group } from "./log-store-group.ts";
import { toSegmentName } from "./log-store-names.ts";
import type { CommitOptions, Write } from "./store.ts";
import { codeOf, createClosed, StoreError, toMessage } from "./store-error.ts";

/** A group takes no further commit past this. One commit alone may be larger. */
const GROUP_BYTES_MAX = 8 * 1024 * 1024;
/** Memory kept for the next group. */
const SPARE_BYTES_MAX = 1024 * 1024;
/** Writing into zeros is faster than making a file longer, whose length must be made durable too. */
const PREALLOCATED_BYTES = 256 * 1024;
/** How long a commit waits for which nobody waits. */
const WAIT_MS = 2;
const ZEROS = Buffer.alloc(PREALLOCATED_BYTES);

export interface WriterOptions {
  readonly fileSystem: FileSystem;
  readonly folder: string;
  readonly active: StoredFile;
  readonly preallocatedBytes: number;
  /** A segment that has reached this length is followed by a new one. */
  readonly segmentBytes: number;
  /** Called before the commits of the group resolve. */
  readonly onDurable: (group: Group, record: Buffer, offset: number) => void;
  /** Called with the new segment when the one before is full, and will not change any more. */
  readonly onSealed: (active: StoredFile) => void;
  readonly onFailure: (error: StoreError) => void;
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: StoreError) => void;
}

interface Pending extends Deferred {
  readonly group: Group;
}

/** Makes commits durable, in groups, at the end of the active segment: one write at a time. */
export class LogWriter {
  readonly #options: WriterOptions;
  readonly #waiting: Pending[] = [];
  #active: StoredFile;
  #preallocatedBytes: number;
  #current: Pending | undefined;
  #spare: Buffer | undefined;
  #running: Promise<void> | undefined;
  #later: NodeJS.Timeout | undefined;
  readonly #sealing: Deferred[] = [];
  #failure: StoreError | undefined;
  #closed = false;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#active = options.active;
    this.#preallocatedBytes = options.preallocatedBytes;
  }

  get failure(): StoreError | undefined {
    return this.#failure;
  }

  commit(writes: readonly Write[], { canWait = false }: CommitOptions = {}): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#closed) return Promise.reject(createClosed());
    if (writes.length === 0) return (this.#waiting.at(-1) ?? this.#current)?.promise ?? Promise.resolve();
    const pending = this.#pendingFor(writes);
    try {
      pending.group.add(writes);
    } catch (error) {
      // What came before it still becomes durable.
      this.fail(error as StoreError);
      return Promise.reject(error);
    }
    if (canWait) this.#startLater();
    else this.#start();
    return pending.promise;
  }

  /** Begins a new segment. Resolves when it is there. */
  seal(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const deferred = createDeferred();
    this.#sealing.push(deferred);
    this.#start();
    return deferred.promise;
  }

  /** Later commits reject with this. */
  fail(error: StoreError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.#options.onFailure(error);
  }

  /** Waits for what was committed. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#waiting.length > 0) this.#start();
    await this.#running;
    if (this.#failure !== undefined) return;
    await this.#trim().catch(() => {});
  }

  #pendingFor(writes: readonly Write[]): Pending {
    const last = this.#waiting.at(-1);
    if (last !== undefined) {
      let bytes = last.group.bytes;
      for (const { key, value } of writes) bytes += key.length + (value?.length ?? 0);
      if (bytes <= GROUP_BYTES_MAX || last.group.isEmpty) return last;
    }
    const pending: Pending = { group: new Group({ buffer: this.#spare }), ...createDeferred() };
    this.#spare = undefined;
    this.#waiting.push(pending);
    return pending;
  }

  #startLater(): void {
    if (this.#running !== undefined || this.#later !== undefined) return;
    this.#later = setTimeout(() => this.#start(), WAIT_MS);
  }

  /**
   * When everything else of this turn of the event loop has run, so that what it
   * commits goes together: a run's command with its result, say.
   */
  #start(): void {
    clearTimeout(this.#later);
    this.#later = undefined;
    this.#running ??= endOfTurn().then(async () => {
      try {
        await this.#work();
      } catch (error) {
        this.#failWrite(error);
        this.#running = undefined;
      }
    });
  }

  async #work(): Promise<void> {
    for (;;) {
      const isFull = this.#active.bytes >= this.#options.segmentBytes;
      if (this.#sealing.length > 0 || (isFull && this.#waiting.length > 0)) await this.#rotate();
      const next = this.#waiting.shift();
      if (next === undefined) {
        if (this.#sealing.length > 0) continue;
        // Here and not later: a commit made in the next microtask must start it again.
        this.#running = undefined;
        return;
      }
      this.#current = next;
      await this.#write(next);
      this.#current = undefined;
    }
  }

  async #write({ group, resolve }: Pending): Promise<void> {
    if (!group.isEmpty) {
      const active = this.#active;
      const position = active.bytes;
      const record = group.toRecord(active.head.mark);
      const end = position + record.length;
      const buffers = [record, ...this.#zerosFrom(end)];
      const written = await writeFully(active.file, buffers, { position, needed: record.length });
      active.bytes = end;
      this.#preallocatedBytes = Math.max(this.#preallocatedBytes, position + written);
      this.#options.onDurable(group, record, position);
    }
    if (group.buffer.length <= SPARE_BYTES_MAX) this.#spare = group.buffer;
    resolve();
  }

  #zerosFrom(end: number): Buffer[] {
    if (end <= this.#preallocatedBytes || end >= this.#options.segmentBytes) return [];
    const wanted = Math.min(
      Math.ceil(end / PREALLOCATED_BYTES) * PREALLOCATED_BYTES,
      this.#options.segmentBytes,
    );
    return wanted === end ? [] : [ZEROS.subarray(0, wanted - end)];
  }

  async #rotate(): Promise<void> {
    const { fileSystem, folder } = this.#options;
    await this.#trim();
    const { head, bytes } = this.#active;
    const sequence = head.sequence + 1;
    this.#active = await createStoredFile({
      fileSystem,
      folder,
      name: toSegmentName(sequence),
      synced: true,
      head: { kind: "segment", sequence, previousBytes: bytes },
    });
    await this.#active.file.sync();
    await fileSystem.syncFolder(folder);
    this.#preallocatedBytes = this.#active.bytes;
    this.#options.onSealed(this.#active);
    for (const { resolve } of this.#sealing.splice(0)) resolve();
  }

  /** Cuts off the zeros: only the last segment may end in some. */
  async #trim(): Promise<void> {
    const { file, bytes } = this.#active;
    if (this.#preallocatedBytes <= bytes) return;
    await file.truncate(bytes);
    await file.sync();
    this.#preallocatedBytes = bytes;
  }

  #failWrite(cause: unknown): void {
    this.fail(createWriteFailed(this.#active.path, cause));
    const error = this.#failure as StoreError;
    this.#current?.reject(error);
    this.#current = undefined;
    for (const { reject } of [...this.#waiting.splice(0), ...this.#sealing.splice(0)]) reject(error);
  }
}

function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function createDeferred(): Deferred {
  let resolve: () => void = () => {};
  let reject: (error: StoreError) => void = () => {};
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

function createWriteFailed(path: string, cause: unknown): StoreError {
  const code = codeOf(cause);
  const isFull = code === "ENOSPC" || code === "EDQUOT";
  return new StoreError("write_failed", `Writing to ${path} failed: ${toMessage(cause)}`, {
    hint: isFull
      ? "Make room on the disk, then start again. What was acknowledged is there."
      : "Check the disk and its mount, then start again. What was acknowledged is there.",
    cause,
  });
}
