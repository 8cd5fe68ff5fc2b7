import type { Bytes } from "./messages.ts";
import { ProtocolError } from "./protocol-error.ts";
import { decodeShortText, decodeStateKey, decodeText } from "./text.ts";

/**
 * The most fields and list elements of one payload, nested ones included. Two
 * bytes suffice for an element that takes hundreds in memory, so the limit on a
 * frame's bytes alone would let a frame fill the heap.
 */
export const PAYLOAD_ELEMENTS_MAX = 1_000_000;

/** How deep groups may be nested, which no version of the protocol uses. */
export const GROUP_DEPTH_MAX = 100;

/**
 * Reads fields of the protobuf wire format, one after another.
 *
 * Owns: tags, varints, lengths, and what is malformed about them. Does not own:
 * which fields a message has, see `codec.ts` and what it calls.
 *
 * 1. Nothing is read beyond the end of what a field is in.
 * 2. A field that has another wire type than its message says is refused. One that its
 *    message doesn't have is skipped, whatever it is.
 * 3. Varints needn't be as short as they could be. Bits beyond a number's are dropped.
 *
 * @example
 * while (reader.next()) {
 *   if (reader.field === 1) key = reader.text("A state key");
 *   else reader.skip();
 * }
 */
export class WireReader {
  /** The number of the field that {@link next} found. */
  field = 0;
  #wireType = 0;
  #bytes: Bytes;
  #at: number;
  #end: number;
  #payloadBytes: number;
  #elements = 0;
  /** The upper half of the last varint of 64 bits. */
  #high = 0;

  constructor(bytes: Bytes, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#payloadBytes = end - start;
  }

  /** The length of the whole payload. */
  get payloadBytes(): number {
    return this.#payloadBytes;
  }

  /** Begins another payload. */
  reset(bytes: Bytes, start: number, end: number): void {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    this.#payloadBytes = end - start;
    this.#elements = 0;
  }

  /** Goes to the next field, which must be read or skipped then; false at the end of the message. */
  next(): boolean {
    if (this.#at === this.#end) return false;
    this.#count();
    const tag = this.#varint32();
    this.field = tag >>> 3;
    this.#wireType = tag & 7;
    if (this.field === 0 || this.#wireType > FIXED_32) {
      throw new Error(`illegal tag: field ${this.field}, wire type ${this.#wireType}`);
    }
    return true;
  }

  uint32(): number {
    this.#require(VARINT);
    return this.#varint32();
  }

  /** One number, or many of them without tags. */
  uint32s(into: number[]): void {
    if (this.#wireType === VARINT) {
      into.push(this.#varint32());
      return;
    }
    const outer = this.enter();
    while (this.#at < this.#end) {
      this.#count();
      into.push(this.#varint32());
    }
    this.leave(outer);
  }

  bool(): boolean {
    this.#require(VARINT);
    return this.#varint64() !== 0 || this.#high !== 0;
  }

  /** What doesn't fit a number exactly is cut down to what does. */
  safeInteger(): number {
    this.#require(VARINT);
    const low = this.#varint64();
    return Math.min(this.#high * 0x1_0000_0000 + low, Number.MAX_SAFE_INTEGER);
  }

  uint64(): bigint {
    this.#require(VARINT);
    const low = this.#varint64();
    return (BigInt(this.#high) << 32n) | BigInt(low);
  }

  /** A view of what it is read from. */
  bytes(): Bytes {
    const start = this.#delimited();
    // Not `subarray`, which would give whatever subclass the chunk happens to be.
    return new Uint8Array(this.#bytes.buffer, this.#bytes.byteOffset + start, this.#at - start);
  }

  /** @throws ProtocolError naming `what` if it is not UTF-8. */
  text(what: string): string {
    const start = this.#delimited();
    return (
      decodeShortText(this.#bytes, start, this.#at) ?? decodeText(this.#bytes.subarray(start, this.#at), what)
    );
  }

  /** @throws ProtocolError with code 500 if it is not UTF-8. */
  stateKey(): string {
    const start = this.#delimited();
    const ascii = decodeShortText(this.#bytes, start, this.#at);
    return ascii ?? decodeStateKey(this.#bytes.subarray(start, this.#at), "A state key");
  }

  /** Begins to read a nested message. What it returns is for {@link leave}. */
  enter(): number {
    const start = this.#delimited();
    const outer = this.#end;
    this.#end = this.#at;
    this.#at = start;
    return outer;
  }

  /** Ends it, after all of it was read. */
  leave(outer: number): void {
    this.#end = outer;
  }

  skip(): void {
    this.#skip(this.field, this.#wireType, 0);
  }

  #skip(field: number, wireType: number, depth: number): void {
    switch (wireType) {
      case VARINT:
        this.#varint64();
        break;
      case FIXED_64:
        this.#forward(8);
        break;
      case FIXED_32:
        this.#forward(4);
        break;
      case LENGTH_DELIMITED:
        this.#delimited();
        break;
      case GROUP_START:
        this.#skipGroup(field, depth + 1);
        break;
      default:
        throw new Error(`field ${field} ends a group that did not begin`);
    }
  }

  #skipGroup(group: number, depth: number): void {
    if (depth > GROUP_DEPTH_MAX) throw new Error(`groups are nested more than ${GROUP_DEPTH_MAX} deep`);
    while (this.next()) {
      const { field } = this;
      if (this.#wireType !== GROUP_END) {
        this.#skip(field, this.#wireType, depth);
      } else if (field === group) {
        return;
      } else {
        throw new Error(`field ${field} ends the group of field ${group}`);
      }
    }
    throw new Error(`the group of field ${group} does not end`);
  }

  #require(wireType: number): void {
    if (this.#wireType !== wireType) throw new Error(`field ${this.field} has the wrong wire type`);
  }

  /** Goes beyond what a length announces, and returns where it began. */
  #delimited(): number {
    this.#require(LENGTH_DELIMITED);
    const length = this.#varint32();
    const start = this.#at;
    if (length > this.#end - start) throw new Error(`field ${this.field} is longer than what it is in`);
    this.#at = start + length;
    return start;
  }

  #forward(length: number): void {
    if (length > this.#end - this.#at) throw new Error(`field ${this.field} is longer than what it is in`);
    this.#at += length;
  }

  #varint32(): number {
    const first = this.#bytes[this.#at] as number;
    if (this.#at < this.#end && first < 0x80) {
      this.#at += 1;
      return first;
    }
    return this.#varint64();
  }

  /** Returns the lower half. */
  #varint64(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < VARINT_BITS_MAX; shift += 7) {
      if (this.#at >= this.#end) throw new Error("premature end of a varint");
      const byte = this.#bytes[this.#at++] as number;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.#high = high >>> 0;
        return low >>> 0;
      }
    }
    throw new Error("a varint of more than 10 bytes");
  }

  #count(): void {
    this.#elements += 1;
    if (this.#elements <= PAYLOAD_ELEMENTS_MAX) return;
    throw new ProtocolError(`A message has more than ${PAYLOAD_ELEMENTS_MAX} elements`, {
      hint: "Keep large collections outside the journal, or in few large values.",
    });
  }
}

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const GROUP_START = 3;
const GROUP_END = 4;
const FIXED_32 = 5;

const VARINT_BITS_MAX = 70;
