/**
 * Values one after the other, as bytes. Lengths take seven bits per byte, lowest
 * first; numbers are big endian. Strings keep every character there is: the lowest
 * bit of their length says whether one takes a byte (latin1) or two (UTF-16).
 */
const SIZE_MIN = 512;
/** Memory that a writer keeps for the next record. */
const SIZE_KEPT_MAX = 1024 * 1024;

/** Records up to an eighth of this share their memory: of each its own costs more than writing it. */
const SLAB_BYTES = 64 * 1024;

export class RecordWriter {
  #slab: Uint8Array = new Uint8Array(0);
  #slabUsed = 0;
  #buffer: Buffer = Buffer.allocUnsafeSlow(SIZE_MIN);
  #length = 0;

  /** Forgets a record that was not finished. */
  clear(): void {
    this.#length = 0;
    if (this.#buffer.length > SIZE_KEPT_MAX) this.#buffer = Buffer.allocUnsafeSlow(SIZE_MIN);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length] = value;
    this.#length += 1;
  }

  length(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) this.byte((rest % 0x80) + 0x80);
    this.byte(rest);
  }

  number(value: number): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeDoubleBE(value, this.#length);
  }

  bytes(value: Uint8Array): void {
    this.length(value.length);
    this.raw(value);
  }

  /** Without their length. */
  raw(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  string(value: string): void {
    const wide = isWide(value);
    this.length(value.length * 2 + (wide ? 1 : 0));
    this.#reserve(value.length * 2);
    this.#length += this.#buffer.write(value, this.#length, wide ? "utf16le" : "latin1");
  }

  optional<T>(value: T | undefined, write: (value: T) => void): void {
    this.byte(value === undefined ? 0 : 1);
    if (value !== undefined) write(value);
  }

  /** A copy of what was written; the writer begins again. */
  take(): Uint8Array {
    const taken = this.#allocate(this.#length);
    taken.set(this.#buffer.subarray(0, this.#length));
    this.clear();
    return taken;
  }

  #allocate(bytes: number): Uint8Array {
    if (bytes > SLAB_BYTES / 8) return new Uint8Array(bytes);
    if (this.#slabUsed + bytes > this.#slab.length) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#slabUsed = 0;
    }
    this.#slabUsed += bytes;
    return this.#slab.subarray(this.#slabUsed - bytes, this.#slabUsed);
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}

export class RecordReader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  byte(): number {
    const value = this.#buffer[this.#at];
    if (value === undefined) throw new RangeError("The record ends early.");
    this.#at += 1;
    return value;
  }

  length(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const next = this.byte();
      value += (next & 0x7f) * scale;
      if (next < 0x80) return value;
    }
  }

  number(): number {
    const value = this.#buffer.readDoubleBE(this.#at);
    this.#at += 8;
    return value;
  }

  /** A view. */
  bytes(): Uint8Array {
    const end = this.#end(this.length());
    const view = this.#buffer.subarray(this.#at, end);
    this.#at = end;
    return new Uint8Array(view.buffer, view.byteOffset, view.length);
  }

  string(): string {
    const head = this.length();
    const wide = head % 2 === 1;
    const end = this.#end(wide ? head - 1 : head / 2);
    const text = this.#buffer.toString(wide ? "utf16le" : "latin1", this.#at, end);
    this.#at = end;
    return text;
  }

  optional<T>(read: () => T): T | undefined {
    return this.byte() === 0 ? undefined : read();
  }

  #end(bytes: number): number {
    const end = this.#at + bytes;
    if (end > this.#buffer.length) throw new RangeError("The record ends early.");
    return end;
  }
}

function isWide(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 0xff) return true;
  return false;
}
