const HEADER_BYTES = 8;
const LENGTH_OFFSET = 4;

/** Counts the messages of a byte stream that is cut anywhere, and looks at nothing but their lengths. */
export class MessageCounter {
  /** Those that are complete. */
  count = 0;
  /** What is still to come of a payload. */
  #due = 0;
  /** The beginning of a header that came in pieces. */
  #header = Buffer.alloc(0);

  push(chunk: Buffer): void {
    let offset = 0;
    if (this.#header.length > 0) {
      const joined = Buffer.concat([this.#header, chunk.subarray(0, HEADER_BYTES - this.#header.length)]);
      offset = joined.length - this.#header.length;
      this.#header = joined;
      if (joined.length < HEADER_BYTES) return;
      this.#header = Buffer.alloc(0);
      this.#begin(joined.readUInt32BE(LENGTH_OFFSET));
    }
    for (;;) {
      if (this.#due > 0) {
        const taken = Math.min(this.#due, chunk.length - offset);
        this.#due -= taken;
        offset += taken;
        if (this.#due > 0) return;
        this.count += 1;
      }
      if (chunk.length - offset < HEADER_BYTES) break;
      this.#begin(chunk.readUInt32BE(offset + LENGTH_OFFSET));
      offset += HEADER_BYTES;
    }
    this.#header = Buffer.from(chunk.subarray(offset));
  }

  #begin(payloadBytes: number): void {
    this.#due = payloadBytes;
    if (payloadBytes === 0) this.count += 1;
  }
}
