import { encodeUtf8 } from "../serde/utf8.ts";

/**
 * Writes fields of the protobuf wire format, one after another, into a buffer that grows.
 *
 * Owns: tags, varints, lengths. Does not own: which fields a message has, see
 * `codec.ts` and what it calls.
 *
 * 1. A field whose name doesn't end in `Always` is left out when it holds the
 *    default (0, false, nothing), as proto3 has it.
 * 2. The length of a nested message is written after it: one byte is set aside, and
 *    what is longer than 127 bytes is moved.
 */
export class WireWriter {
  #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** How many bytes have been written. */
  get length(): number {
    return this.#at;
  }

  /** What it writes to, longer than what was written. Another one after it has grown. */
  get buffer(): Uint8Array {
    return this.#bytes;
  }

  uint32(field: number, value: number): void {
    if (value !== 0) this.uint32Always(field, value);
  }

  /** @throws Error if `value` is no uint32. */
  uint32Always(field: number, value: number): void {
    requireUint32(value);
    this.#reserve(NUMBER_BYTES_MAX);
    this.#putVarint(field << 3);
    this.#putVarint(value);
  }

  /** Numbers without tags in one field; left out if there are none. */
  packed(field: number, values: readonly number[]): void {
    if (values.length === 0) return;
    const start = this.open(field);
    for (const value of values) {
      requireUint32(value);
      this.#reserve(NUMBER_BYTES_MAX);
      this.#putVarint(value);
    }
    this.close(start);
  }

  bool(field: number, value: boolean): void {
    if (value) this.uint32Always(field, 1);
  }

  /** A whole number from 0 to `Number.MAX_SAFE_INTEGER`. */
  safeInteger(field: number, value: number): void {
    if (value !== 0) this.safeIntegerAlways(field, value);
  }

  safeIntegerAlways(field: number, value: number): void {
    this.#reserve(NUMBER_BYTES_MAX);
    this.#putVarint(field << 3);
    let rest = value;
    for (; rest > UINT32_MAX; rest = Math.floor(rest / 0x80)) this.#bytes[this.#at++] = (rest % 0x80) | 0x80;
    this.#putVarint(rest);
  }

  /** @throws Error if `value` is no uint64. */
  uint64(field: number, value: bigint): void {
    if (typeof value !== "bigint" || value < 0n || value > UINT64_MAX) {
      throw new Error(`invalid uint64: ${value}`);
    }
    if (value === 0n) return;
    this.#reserve(NUMBER_BYTES_MAX);
    this.#putVarint(field << 3);
    let low = Number(value & 0xffff_ffffn);
    let high = Number(value >> 32n);
    for (; high > 0; high >>>= 7) {
      this.#bytes[this.#at++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
    }
    this.#putVarint(low);
  }

  bytes(field: number, value: Uint8Array): void {
    if (value.length > 0) this.bytesAlways(field, value);
  }

  bytesAlways(field: number, value: Uint8Array): void {
    this.#reserve(HEAD_BYTES_MAX + value.length);
    this.#putVarint((field << 3) | LENGTH_DELIMITED);
    this.#putVarint(value.length);
    this.#bytes.set(value, this.#at);
    this.#at += value.length;
  }

  /** Bytes as field 1 of a nested message, which is written even if they are none. */
  wrappedBytes(field: number, value: Uint8Array): void {
    this.#reserve(2 * HEAD_BYTES_MAX + value.length);
    this.#putVarint((field << 3) | LENGTH_DELIMITED);
    this.#putVarint(value.length === 0 ? 0 : 1 + varintBytes(value.length) + value.length);
    this.bytes(1, value);
  }

  /** UTF-8. A surrogate without its partner becomes U+FFFD, since UTF-8 can't express it. */
  text(field: number, value: string): void {
    if (value !== "") this.textAlways(field, value);
  }

  textAlways(field: number, value: string): void {
    this.#reserve(HEAD_BYTES_MAX + value.length);
    const start = this.#at;
    this.#putVarint((field << 3) | LENGTH_DELIMITED);
    if (value.length <= COPIED_TEXT_MAX) {
      this.#putVarint(value.length);
      if (this.#putAscii(value)) return;
    }
    this.#at = start;
    this.bytesAlways(field, encodeUtf8(value));
  }

  textIfSet(field: number, value: string | undefined): void {
    if (value !== undefined) this.textAlways(field, value);
  }

  /** Begins a nested message; {@link close} ends it. Always written, even if nothing follows. */
  open(field: number): number {
    this.#reserve(HEAD_BYTES_MAX);
    this.#putVarint((field << 3) | LENGTH_DELIMITED);
    this.#at += 1;
    return this.#at;
  }

  /** Ends the nested message that `open` began by returning `start`. */
  close(start: number): void {
    const length = this.#at - start;
    if (length < 0x80) {
      this.#bytes[start - 1] = length;
      return;
    }
    const moved = varintBytes(length) - 1;
    this.#reserve(moved);
    this.#bytes.copyWithin(start + moved, start, this.#at);
    this.#at = start - 1;
    this.#putVarint(length);
    this.#at += length;
  }

  /** Sets bytes aside, to be written later through {@link buffer}. */
  skip(length: number): void {
    this.#reserve(length);
    this.#at += length;
  }

  #reserve(length: number): void {
    const needed = this.#at + length;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
  }

  #putVarint(value: number): void {
    let rest = value;
    for (; rest >= 0x80; rest >>>= 7) this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.#at++] = rest;
  }

  /** Whether it was; if not, what was written is of no use. */
  #putAscii(value: string): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      if (code >= 0x80) return false;
      bytes[at++] = code;
    }
    this.#at = at;
    return true;
  }
}

const LENGTH_DELIMITED = 2;

/** A tag and the longest varint. */
const NUMBER_BYTES_MAX = 15;
/** A tag and a length. */
const HEAD_BYTES_MAX = 10;

/** Up to here a loop in JavaScript is faster than a call of the encoder. */
const COPIED_TEXT_MAX = 128;

const UINT32_MAX = 0xffff_ffff;
const UINT64_MAX = 0xffff_ffff_ffff_ffffn;

function requireUint32(value: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= UINT32_MAX) return;
  throw new Error(`invalid uint32: ${value}`);
}

function varintBytes(value: number): number {
  let count = 1;
  for (let rest = value; rest >= 0x80; rest >>>= 7) count += 1;
  return count;
}
