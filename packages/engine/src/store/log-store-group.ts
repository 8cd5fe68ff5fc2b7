import { crc32 } from "node:zlib";
import {
  DELETED,
  ENTRY_HEAD_BYTES,
  KEY_LENGTH_MAX,
  MARK_BYTES,
  RECORD_BYTES_MAX,
  RECORD_END,
  RECORD_HEAD_BYTES,
} from "./log-store-format.ts";
import type { Write } from "./store.ts";
import { StoreError } from "./store-error.ts";

const FIRST_ENTRY = RECORD_HEAD_BYTES + MARK_BYTES;
const BUFFER_BYTES_MIN = 16 * 1024;
/** Shorter keys are written faster by a loop than by a call. */
const SHORT_KEY_LENGTH = 64;

/**
 * One record in the making: the writes of all commits that become durable
 * together, encoded as they come, so that nothing of the caller's is held.
 */
export class Group {
  readonly keys: string[] = [];
  /** Where each key's entry begins in the record. */
  readonly starts: number[] = [];
  #buffer: Buffer;
  #length = FIRST_ENTRY;
  readonly #bytesMax: number;

  constructor(options: { readonly buffer?: Buffer | undefined; readonly bytesMax?: number } = {}) {
    this.#buffer = options.buffer ?? Buffer.allocUnsafeSlow(BUFFER_BYTES_MIN);
    this.#bytesMax = options.bytesMax ?? RECORD_BYTES_MAX;
  }

  /** Length of the record as it stands. */
  get bytes(): number {
    return this.#length + 1;
  }

  get isEmpty(): boolean {
    return this.#length === FIRST_ENTRY;
  }

  /** The memory, for the next group. */
  get buffer(): Buffer {
    return this.#buffer;
  }

  /** All of them, or (when it throws) none. */
  add(writes: readonly Write[]): void {
    const entries = this.keys.length;
    const length = this.#length;
    try {
      for (const { key, value } of writes) this.#addEntry(key, value);
    } catch (error) {
      this.keys.length = entries;
      this.starts.length = entries;
      this.#length = length;
      throw error;
    }
  }

  /** An entry as it stands in another record. Gives its place in this one. */
  addEncoded(source: Buffer, start: number, bytes: number): number {
    this.#reserve(bytes);
    const at = this.#length;
    source.copy(this.#buffer, at, start, start + bytes);
    this.#length += bytes;
    return at;
  }

  /** The finished record, a view of the group's memory. */
  toRecord(mark: Uint8Array): Buffer {
    this.#reserve(0);
    const end = this.#length + 1;
    const buffer = this.#buffer;
    buffer.set(mark, RECORD_HEAD_BYTES);
    buffer[end - 1] = RECORD_END;
    buffer.writeUInt32LE(end - RECORD_HEAD_BYTES, 0);
    buffer.writeUInt32LE(crc32(buffer.subarray(RECORD_HEAD_BYTES, end)), 4);
    return buffer.subarray(0, end);
  }

  clear(): void {
    this.keys.length = 0;
    this.starts.length = 0;
    this.#length = FIRST_ENTRY;
  }

  #addEntry(key: string, value: Uint8Array | undefined): void {
    if (key.length > KEY_LENGTH_MAX) throw createKeyTooLong(key);
    const wide = isWide(key);
    const keyBytes = wide ? key.length * 2 : key.length;
    const bytes = ENTRY_HEAD_BYTES + keyBytes + (value?.length ?? 0);
    this.#reserve(bytes);
    const buffer = this.#buffer;
    const start = this.#length;
    const keyStart = start + ENTRY_HEAD_BYTES;
    buffer.writeUInt32LE(key.length * 2 + (wide ? 1 : 0), start);
    buffer.writeUInt32LE(value?.length ?? DELETED, start + 4);
    if (wide) buffer.write(key, keyStart, "utf16le");
    else if (key.length > SHORT_KEY_LENGTH) buffer.write(key, keyStart, "latin1");
    else for (let i = 0; i < keyBytes; i += 1) buffer[keyStart + i] = key.charCodeAt(i);
    if (value !== undefined) buffer.set(value, keyStart + keyBytes);
    this.keys.push(key);
    this.starts.push(start);
    this.#length = start + bytes;
  }

  /** Room for this many bytes and the end of the record. */
  #reserve(bytes: number): void {
    const needed = this.#length + bytes + 1;
    if (needed > this.#bytesMax) throw createTooLarge(needed, this.#bytesMax);
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}

function isWide(key: string): boolean {
  for (let i = 0; i < key.length; i += 1) if (key.charCodeAt(i) > 0xff) return true;
  return false;
}

function createKeyTooLong(key: string): StoreError {
  return new StoreError(
    "limit_exceeded",
    `A key of ${key.length} characters (it begins with ${JSON.stringify(key.slice(0, 40))}) is longer than the store takes (${KEY_LENGTH_MAX}).`,
    { hint: "Use shorter object keys, idempotency keys and state keys." },
  );
}

function createTooLarge(bytes: number, bytesMax: number): StoreError {
  return new StoreError(
    "limit_exceeded",
    `A commit of at least ${bytes} bytes is larger than the store takes (${bytesMax}).`,
    { hint: "Store smaller values: keep what is large elsewhere, and a reference to it here." },
  );
}
