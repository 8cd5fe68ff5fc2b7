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
export function encodeFrameHeader(view: DataView, offset: number, header: FrameHeader): void {
  view.setUint16(offset, header.typeId);
  view.setUint16(offset + 2, header.requestedAck ? REQUESTED_ACK_BIT : 0);
  view.setUint32(offset + 4, header.payloadBytes);
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

export interface FrameDecoderOptions {
  /** Payload bytes of one frame; a larger one is refused. {@link FRAME_BYTES_MAX} by default. */
  readonly frameBytesMax?: number | undefined;
}

export function createFrameDecoder(options?: FrameDecoderOptions): FrameDecoder {
  const frameBytesMax = options?.frameBytesMax ?? FRAME_BYTES_MAX;
  const headerBytes = new Uint8Array(FRAME_HEADER_BYTES);
  const headerView = new DataView(headerBytes.buffer);
  let headerFilled = 0;
  let header: FrameHeader | undefined;
  let partial = new Uint8Array(0);
  let partialFilled = 0;
  let failure: ProtocolError | undefined;

  function readHeader(): FrameHeader {
    const typeId = headerView.getUint16(0);
    const payloadBytes = headerView.getUint32(4);
    if (payloadBytes > frameBytesMax) {
      failure = new MessageTooLargeError(
        `${describeTypeId(typeId)}: a message of ${payloadBytes} bytes is over the limit of ${frameBytesMax}`,
        {
          hint: "Keep large values outside the journal and pass references, or raise the limit on both sides.",
        },
      );
      throw failure;
    }
    return { typeId, requestedAck: (headerView.getUint16(2) & REQUESTED_ACK_BIT) !== 0, payloadBytes };
  }

  /** Doubles as bytes arrive, so that a byte is moved a bounded number of times. */
  function keep(bytes: Bytes, payloadBytes: number): void {
    const needed = partialFilled + bytes.length;
    if (needed > partial.length) {
      const size = Math.min(payloadBytes, Math.max(needed, partial.length * 2, PAYLOAD_BYTES_FIRST));
      const grown = new Uint8Array(size);
      grown.set(partial.subarray(0, partialFilled));
      partial = grown;
    }
    partial.set(bytes, partialFilled);
    partialFilled = needed;
  }

  /** The payload if `bytes` completes it. Never given more than is missing. */
  function takePayload(bytes: Bytes, payloadBytes: number): Bytes | undefined {
    if (partialFilled === 0 && bytes.length === payloadBytes) return bytes;
    keep(bytes, payloadBytes);
    if (partialFilled < payloadBytes) return undefined;
    const payload = partial;
    partial = new Uint8Array(0);
    partialFilled = 0;
    return payload;
  }

  function push(chunk: Bytes): Frame[] {
    if (failure !== undefined) throw failure;
    const frames: Frame[] = [];
    let offset = 0;
    while (offset < chunk.length) {
      if (header === undefined) {
        const taken = Math.min(FRAME_HEADER_BYTES - headerFilled, chunk.length - offset);
        headerBytes.set(chunk.subarray(offset, offset + taken), headerFilled);
        headerFilled += taken;
        offset += taken;
        if (headerFilled < FRAME_HEADER_BYTES) break;
        header = readHeader();
        headerFilled = 0;
        if (header.payloadBytes > 0) continue;
      }
      const end = Math.min(chunk.length, offset + header.payloadBytes - partialFilled);
      const payload = takePayload(chunk.subarray(offset, end), header.payloadBytes);
      offset = end;
      if (payload === undefined) break;
      frames.push({ typeId: header.typeId, requestedAck: header.requestedAck, payload });
      header = undefined;
    }
    return frames;
  }

  function end(): void {
    if (failure !== undefined) throw failure;
    if (header !== undefined) {
      throw new ProtocolError(
        `The stream ended inside a message: ${describeTypeId(header.typeId)} has ${partialFilled} of ${header.payloadBytes} bytes`,
      );
    }
    if (headerFilled > 0) {
      throw new ProtocolError(
        `The stream ended inside a message header: ${headerFilled} of ${FRAME_HEADER_BYTES} bytes`,
      );
    }
  }

  return { push, end };
}
