import { decodeControl, encodeControl } from "./codec-control.ts";
import { decodeNotification, encodeNotification } from "./codec-notifications.ts";
import { decodeCommand } from "./decode-commands.ts";
import { encodeCommand } from "./encode-commands.ts";
import {
  createFrameDecoder,
  encodeFrameHeader,
  FRAME_HEADER_BYTES,
  type Frame,
  type FrameDecoderOptions,
} from "./framing.ts";
import { describeTypeId, fromTypeId, isControl, toTypeId } from "./message-types.ts";
import type { Bytes, Message } from "./messages.ts";
import { JOURNAL_MISMATCH_CODE, ProtocolError } from "./protocol-error.ts";
import type { ProtocolVersion } from "./versions.ts";

/**
 * Messages to bytes and back.
 *
 * Owns: which bytes a message has in which protocol version. Does not own:
 * whether a message may come now; the journal and the engine decide that.
 *
 * 1. Encoding and decoding throw nothing but {@link ProtocolError}.
 * 2. What a version doesn't have is never sent in it: an error with code 573, or,
 *    where it is only information, left out. Decoding accepts newer fields in every
 *    version, as the server does; newer messages it refuses.
 * 3. Byte arrays in decoded messages are views of the bytes that they came from.
 */

/**
 * Encodes messages, frame after frame, into one buffer. A proposal of a run's
 * result asks for an acknowledgement in version 7, which saves sending it back.
 *
 * @throws ProtocolError if a message can't be sent in this version, or not at all.
 */
export function encodeMessages(messages: readonly Message[], version: ProtocolVersion): Bytes {
  const payloads = messages.map((message) => encodePayload(message, version));
  const totalBytes = payloads.reduce((sum, payload) => sum + FRAME_HEADER_BYTES + payload.length, 0);
  const bytes = new Uint8Array(totalBytes);
  const view = new DataView(bytes.buffer);
  let offset = 0;
  messages.forEach((message, index) => {
    const payload = payloads[index] as Bytes;
    encodeFrameHeader(view, offset, {
      typeId: toTypeId(message),
      requestedAck: version >= 7 && message.type === "ProposeRunCompletion",
      payloadBytes: payload.length,
    });
    bytes.set(payload, offset + FRAME_HEADER_BYTES);
    offset += FRAME_HEADER_BYTES + payload.length;
  });
  return bytes;
}

/** The payload of one message, without its frame. */
export function encodePayload(message: Message, version: ProtocolVersion): Bytes {
  try {
    if (message.type === "Completion" || message.type === "Signal") {
      return encodeNotification(message, version);
    }
    return isControl(message) ? encodeControl(message, version) : encodeCommand(message, version);
  } catch (cause) {
    if (cause instanceof ProtocolError) throw cause;
    throw new ProtocolError(`${message.type} can't be encoded: ${reasonOf(cause)}`, {
      errorCode: 500,
      cause,
    });
  }
}

/**
 * Decodes the payload of a frame.
 *
 * @throws ProtocolError with code 571 if it is no valid message of this version,
 * 570 if it is a command that we don't know, 500 if it is a control message that
 * we don't know or holds a state key that is not UTF-8.
 */
export function decodeMessage(frame: Pick<Frame, "typeId" | "payload">, version: ProtocolVersion): Message {
  const { typeId, payload } = frame;
  try {
    return decodePayload(typeId, payload, version);
  } catch (cause) {
    if (cause instanceof ProtocolError) throw cause;
    const what = `${describeTypeId(typeId)}: ${payload.length} bytes are no valid payload`;
    throw new ProtocolError(`${what}: ${reasonOf(cause)}`, { cause });
  }
}

function decodePayload(typeId: number, payload: Bytes, version: ProtocolVersion): Message {
  const meaning = fromTypeId(typeId);
  switch (meaning.group) {
    case "control":
      return decodeControl(meaning.type, payload, version);
    case "command":
      return decodeCommand(meaning.type, payload);
    case "completion":
      return decodeNotification(meaning.kind, payload);
    case "signal":
      return decodeNotification("Signal", payload);
    case "unknownNotification":
      return decodeNotification(undefined, payload);
    case "unknownCommand":
      throw new ProtocolError(`Unknown command ${describeTypeId(typeId)}: no code of this version wrote it`, {
        errorCode: JOURNAL_MISMATCH_CODE,
        hint: "The journal was written with a newer SDK. Run this invocation with a version that knows it.",
      });
    case "unknownControl":
      throw new ProtocolError(`Unknown message ${describeTypeId(typeId)}`, { errorCode: 500 });
    case "custom":
      throw new ProtocolError(`Custom message ${describeTypeId(typeId)} is not supported`);
  }
}

export interface MessageDecoder {
  /**
   * Takes the next bytes of a stream, cut anywhere, and returns the messages that they complete.
   * The chunk must not be written to afterwards.
   *
   * @throws ProtocolError
   */
  push(chunk: Bytes): Message[];
  /** @throws ProtocolError if the stream stopped inside a message. */
  end(): void;
}

export interface MessageDecoderOptions extends FrameDecoderOptions {
  readonly version: ProtocolVersion;
}

/**
 * From a byte stream to messages. Whoever needs a frame's flags or its bytes as
 * received combines `createFrameDecoder` and {@link decodeMessage} instead.
 */
export function createMessageDecoder(options: MessageDecoderOptions): MessageDecoder {
  const frames = createFrameDecoder(options);
  return {
    push: (chunk) => frames.push(chunk).map((frame) => decodeMessage(frame, options.version)),
    end: () => frames.end(),
  };
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
