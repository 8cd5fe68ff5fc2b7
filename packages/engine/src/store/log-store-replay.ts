import type { StoredFile } from "./log-store-file.ts";
import { forEachEntry, isDeletion, valueAt } from "./log-store-format.ts";
import type { KeyIndex } from "./log-store-index.ts";
import type { RecoverOptions } from "./store.ts";

export interface ReplayOptions extends RecoverOptions {
  readonly index: KeyIndex;
  readonly onWrite: (key: string, value: Uint8Array) => void;
}

/**
 * What recovery does with the records that it reads, oldest first, each once: the
 * index learns where each key stands, and of the values it holds what is wanted.
 *
 * 1. A value is looked at when its chunk has been read: most of a log is written
 *    over within the same chunk, and costs no copy.
 * 2. What is held is what is live of the log read so far.
 */
export class Replay {
  readonly #options: ReplayOptions;
  readonly #held = new Map<string, Uint8Array>();
  /** What was written in this chunk: the keys, and the places of their entries in the buffer. */
  readonly #keys: string[] = [];
  readonly #starts: number[] = [];
  #buffer: Buffer | undefined;
  #base = 0;

  constructor(options: ReplayOptions) {
    this.#options = options;
  }

  /** False when the bytes do not divide into entries. */
  takeRecord(
    buffer: Buffer,
    range: { readonly start: number; readonly end: number },
    { stored, base }: { readonly stored: StoredFile; readonly base: number },
  ): boolean {
    const { index, wants, passing } = this.#options;
    this.#buffer = buffer;
    this.#base = base;
    return forEachEntry(buffer, range, (key, start, bytes) => {
      if (isDeletion(buffer, start)) {
        index.delete(key);
        this.#held.delete(key);
        if (passing?.has(key) !== true) return;
      } else {
        index.set(key, { fileId: stored.id, offset: base + start, bytes });
        if (passing?.has(key) !== true && wants?.(key) === false) return;
      }
      this.#keys.push(key);
      this.#starts.push(start);
    });
  }

  /** Rule 1. */
  endChunk(stored: StoredFile): void {
    const { index, passing } = this.#options;
    const buffer = this.#buffer;
    if (buffer === undefined) return;
    for (let i = 0; i < this.#keys.length; i += 1) {
      const key = this.#keys[i] as string;
      const start = this.#starts[i] as number;
      const isLatest = index.slotOf(key, stored.id, this.#base + start) !== undefined;
      if (passing?.has(key) === true) {
        if (isLatest) passing.onWrite(key, valueAt(buffer, start));
        else if (isDeletion(buffer, start)) passing.onWrite(key, undefined);
      } else if (isLatest) {
        this.#held.set(key, new Uint8Array(valueAt(buffer, start)));
      }
    }
    this.#keys.length = 0;
    this.#starts.length = 0;
    this.#buffer = undefined;
  }

  /** Everything has been read. */
  finish(): void {
    for (const [key, value] of this.#held) {
      this.#held.delete(key);
      this.#options.onWrite(key, value);
    }
  }
}
