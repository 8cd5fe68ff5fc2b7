import { describeTypeId } from "./message-types.ts";
import type { Bytes } from "./messages.ts";
import { MessageTooLargeError, ProtocolError } from "./protocol-error.ts";

/**
 * Frames: an 8-byte header and a payload. Protocol section 2.1.
 *
 * Owns: cutting a byte stream into frames. Does not own: what is in a payload,
 * see `codec.ts`.
 *
 * 1. A stream may be cut anywhere; the frames don't depend on where.
 * 2. A frame's length is checked before any of its payload is kept, and memory
 *    grows with what has arrived, not with what a header announces.
 * 3. A payload that lies within one chunk is a view of it. Chunks handed to a
 *    decoder must not be written to afterwards.
 */

export const FRAME_HEADER_BYTES = 8;

/** The most payload bytes of one frame, unless told otherwise: the server's own default. */
export const FRAME_BYTES_MAX: number = 32 * 1024 * 1024;

const REQUESTED_ACK_BIT = 0x8000;

/** What is set aside for a payload before any of it has arrived. */
const PAYLOAD_BYTES_FIRST = 64 * 1024;

export interface Frame {
  readonly typeId: number;
  /** The sender wants a command or a proposal to be acknowledged. */
  readonly requestedAck: boolean;
  readonly payload: Bytes;
}

export interface FrameHeader {
  readonly typeId: number;
  readonly requestedAck: boolean;
  readonly payloadBytes: number;
}

/** Writes a header at `offset`. Reserved bits are zero. */
export function encodeFrameHeader(bytes: Uint8Array, offset: number, header: FrameHeader): void {
  const { typeId, payloadBytes } = header;
  bytes[offset] = typeId >>> 8;
  bytes[offset + 1] = typeId;
  bytes[offset + 2] = header.requestedAck ? REQUESTED_ACK_BIT >>> 8 : 0;
  bytes[offset + 3] = 0;
  bytes[offset + 4] = payloadBytes >>> 24;
  bytes[offset + 5] = payloadBytes >>> 16;
  bytes[offset + 6] = payloadBytes >>> 8;
  bytes[offset + 7] = payloadBytes;
}

export interface FrameDecoderOptions {
  /** Payload bytes of one frame; a larger one is refused. {@link FRAME_BYTES_MAX} by default. */
  readonly frameBytesMax?: number | undefined;
}

const NO_BYTES: Bytes = new Uint8Array(0);

/**
 * Cuts a byte stream into frames without making an object of each: after `next` has
 * said true, its fields tell of the frame.
 *
 * @example
 * cutter.push(chunk);
 * while (cutter.next()) take(cutter.typeId, cutter.bytes, cutter.start, cutter.end);
 */
export class FrameCutter {
  typeId = 0;
  requestedAck = false;
  /** The payload lies in these bytes, from `start` to `end`. */
  bytes: Bytes = NO_BYTES;
  start = 0;
  end = 0;
  readonly #frameBytesMax: number;
  #chunk: Bytes = NO_BYTES;
  #offset = 0;
  /** Of a header that came in pieces. */
  readonly #header = new Uint8Array(FRAME_HEADER_BYTES);
  #headerFilled = 0;
  /** Whether the header was read and its payload is due. */
  #payloadDue = false;
  #payloadBytes = 0;
  /** Of a payload that came in pieces. */
  #partial: Bytes = NO_BYTES;
  #partialFilled = 0;
  #failure: ProtocolError | undefined;

  constructor(options?: FrameDecoderOptions) {
    this.#frameBytesMax = options?.frameBytesMax ?? FRAME_BYTES_MAX;
  }

  /** Gives the next bytes. All frames of the last ones must have been taken. */
  push(chunk: Bytes): void {
    this.#chunk = chunk;
    this.#offset = 0;
  }

  /**
   * Whether another frame is complete.
   *
   * @throws MessageTooLargeError if a frame is too large. Every later call throws it again.
   */
  next(): boolean {
    if (this.#failure !== undefined) throw this.#failure;
    const somethingLeft = this.#offset < this.#chunk.length || this.#payloadDue;
    if (somethingLeft && (this.#payloadDue || this.#takeHeader()) && this.#takePayload()) {
      this.#payloadDue = false;
      return true;
    }
    this.#chunk = NO_BYTES;
    this.#offset = 0;
    return false;
  }

  /** @throws ProtocolError if the stream stopped inside a frame. */
  finish(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#payloadDue) {
      throw new ProtocolError(
        `The stream ended inside a message: ${describeTypeId(this.typeId)} has ${this.#partialFilled} of ${this.#payloadBytes} bytes`,
      );
    }
    if (this.#headerFilled > 0) {
      throw new ProtocolError(
        `The stream ended inside a message header: ${this.#headerFilled} of ${FRAME_HEADER_BYTES} bytes`,
      );
    }
  }

  /** Whether the header is complete. */
  #takeHeader(): boolean {
    const available = this.#chunk.length - this.#offset;
    if (this.#headerFilled === 0 && available >= FRAME_HEADER_BYTES) {
      this.#readHeader(this.#chunk, this.#offset);
      this.#offset += FRAME_HEADER_BYTES;
      return true;
    }
    const taken = Math.min(FRAME_HEADER_BYTES - this.#headerFilled, available);
    this.#header.set(this.#chunk.subarray(this.#offset, this.#offset + taken), this.#headerFilled);
    this.#headerFilled += taken;
    this.#offset += taken;
    if (this.#headerFilled < FRAME_HEADER_BYTES) return false;
    this.#readHeader(this.#header, 0);
    this.#headerFilled = 0;
    return true;
  }

  #readHeader(bytes: Bytes, offset: number): void {
    this.typeId = readUint16(bytes, offset);
    this.requestedAck = (readUint16(bytes, offset + 2) & REQUESTED_ACK_BIT) !== 0;
    this.#payloadBytes = readUint16(bytes, offset + 4) * 0x1_0000 + readUint16(bytes, offset + 6);
    if (this.#payloadBytes > this.#frameBytesMax) {
      this.#failure = new MessageTooLargeError(
        `${describeTypeId(this.typeId)}: a message of ${this.#payloadBytes} bytes is over the limit of ${this.#frameBytesMax}`,
        {
          hint: "Keep large values outside the journal and pass references, or raise the limit on both sides.",
        },
      );
      throw this.#failure;
    }
    this.#payloadDue = true;
  }

  /** Whether the payload is complete. */
  #takePayload(): boolean {
    const available = this.#chunk.length - this.#offset;
    if (this.#partialFilled === 0 && available >= this.#payloadBytes) {
      this.bytes = this.#chunk;
      this.start = this.#offset;
      this.#offset += this.#payloadBytes;
      this.end = this.#offset;
      return true;
    }
    const taken = Math.min(this.#payloadBytes - this.#partialFilled, available);
    this.#keep(this.#chunk.subarray(this.#offset, this.#offset + taken));
    this.#offset += taken;
    if (this.#partialFilled < this.#payloadBytes) return false;
    this.bytes = this.#partial;
    this.start = 0;
    this.end = this.#payloadBytes;
    this.#partial = NO_BYTES;
    this.#partialFilled = 0;
    return true;
  }

  /** Doubles as bytes arrive, so that a byte is moved a bounded number of times. */
  #keep(bytes: Bytes): void {
    const needed = this.#partialFilled + bytes.length;
    if (needed > this.#partial.length) {
      const size = Math.max(needed, this.#partial.length * 2, PAYLOAD_BYTES_FIRST);
      const grown = new Uint8Array(Math.min(this.#payloadBytes, size));
      grown.set(this.#partial.subarray(0, this.#partialFilled));
      this.#partial = grown;
    }
    this.#partial.set(bytes, this.#partialFilled);
    this.#partialFilled = needed;
  }
}

function readUint16(bytes: Bytes, offset: number): number {
  return ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number);
}

export interface FrameDecoder {
  /**
   * Takes the next bytes and returns the frames that they complete.
   *
   * @throws MessageTooLargeError if a frame is too large. Every later call throws it again.
   */
  push(chunk: Bytes): Frame[];
  /** @throws ProtocolError if the stream stopped inside a frame. */
  end(): void;
}

export function createFrameDecoder(options?: FrameDecoderOptions): FrameDecoder {
  const cutter = new FrameCutter(options);
  return {
    push: (chunk) => {
      const frames: Frame[] = [];
      cutter.push(chunk);
      while (cutter.next()) {
        const { typeId, requestedAck, bytes, start, end } = cutter;
        frames.push({ typeId, requestedAck, payload: bytes.subarray(start, end) });
      }
      return frames;
    },
    end: () => cutter.finish(),
  };
}
