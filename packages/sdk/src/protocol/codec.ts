import { decodeControl, encodeControl } from "./codec-control.ts";
import { decodeNotification, encodeNotification } from "./codec-notifications.ts";
import { decodeCommand } from "./decode-commands.ts";
import { encodeCommand } from "./encode-commands.ts";
import {
  encodeFrameHeader,
  FRAME_HEADER_BYTES,
  type Frame,
  FrameCutter,
  type FrameDecoderOptions,
} from "./framing.ts";
import { describeTypeId, fromTypeId, isControl, toTypeId } from "./message-types.ts";
import type { Bytes, Message } from "./messages.ts";
import { JOURNAL_MISMATCH_CODE, ProtocolError } from "./protocol-error.ts";
import type { ProtocolVersion } from "./versions.ts";
import { WireReader } from "./wire-reader.ts";
import { WireWriter } from "./wire-writer.ts";

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
  const scratch = spare ?? new Uint8Array(SCRATCH_BYTES);
  // Taken while it is in use, so that nobody else writes to it.
  spare = undefined;
  const writer = new WireWriter(scratch);
  try {
    for (const message of messages) encodeFrame(writer, message, version);
  } finally {
    spare = scratch;
  }
  const { buffer, length } = writer;
  return buffer === scratch ? buffer.slice(0, length) : buffer.subarray(0, length);
}

/** What most attempts send at once fits in; what doesn't is written to a buffer of its own. */
const SCRATCH_BYTES = 16 * 1024;

let spare: Uint8Array | undefined;

function encodeFrame(writer: WireWriter, message: Message, version: ProtocolVersion): void {
  const offset = writer.length;
  writer.skip(FRAME_HEADER_BYTES);
  encodePayload(writer, message, version);
  encodeFrameHeader(writer.buffer, offset, {
    typeId: toTypeId(message),
    requestedAck: version >= 7 && message.type === "ProposeRunCompletion",
    payloadBytes: writer.length - offset - FRAME_HEADER_BYTES,
  });
}

function encodePayload(writer: WireWriter, message: Message, version: ProtocolVersion): void {
  try {
    if (message.type === "Completion" || message.type === "Signal") {
      encodeNotification(writer, message, version);
    } else if (isControl(message)) {
      encodeControl(writer, message, version);
    } else {
      encodeCommand(writer, message, version);
    }
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
  return decodeFrom(new WireReader(frame.payload), frame.typeId, version);
}

function decodeFrom(reader: WireReader, typeId: number, version: ProtocolVersion): Message {
  try {
    return decodePayload(reader, typeId, version);
  } catch (cause) {
    if (cause instanceof ProtocolError) throw cause;
    const what = `${describeTypeId(typeId)}: ${reader.payloadBytes} bytes are no valid payload`;
    throw new ProtocolError(`${what}: ${reasonOf(cause)}`, { cause });
  }
}

function decodePayload(reader: WireReader, typeId: number, version: ProtocolVersion): Message {
  const meaning = fromTypeId(typeId);
  switch (meaning.group) {
    case "control":
      return decodeControl(meaning.type, reader, version);
    case "command":
      return decodeCommand(meaning.type, reader);
    case "completion":
      return decodeNotification(meaning.kind, reader);
    case "signal":
      return decodeNotification("Signal", reader);
    case "unknownNotification":
      return decodeNotification(undefined, reader);
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
   * @throws ProtocolError. Every later call throws it again.
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
  const { version } = options;
  const cutter = new FrameCutter(options);
  const reader = new WireReader(new Uint8Array(0));
  let failure: unknown;
  return {
    push: (chunk) => {
      if (failure !== undefined) throw failure;
      const messages: Message[] = [];
      cutter.push(chunk);
      try {
        while (cutter.next()) {
          reader.reset(cutter.bytes, cutter.start, cutter.end);
          messages.push(decodeFrom(reader, cutter.typeId, version));
        }
      } catch (error) {
        failure = error;
        throw error;
      }
      return messages;
    },
    end: () => {
      if (failure !== undefined) throw failure;
      cutter.finish();
    },
  };
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
