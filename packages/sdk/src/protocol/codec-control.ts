import { decodeTree, readSuspension, writeSuspension, writeTree } from "./codec-await-tree.ts";
import { decodeStart, encodeStart } from "./codec-start.ts";
import {
  missing,
  readFailed,
  requireMillis,
  requireOutcome,
  requireVersion,
  writeFailure,
} from "./codec-values.ts";
import type {
  AwaitingOnMessage,
  Bytes,
  ControlMessage,
  ErrorBehavior,
  ErrorMessage,
  Outcome,
  ProposeRunCompletionMessage,
} from "./messages.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { ProtocolVersion } from "./versions.ts";
import type { WireReader } from "./wire-reader.ts";
import type { WireWriter } from "./wire-writer.ts";

/** Control messages and their payloads. Protocol section 2.3. */

/** By number on the wire. */
const ERROR_BEHAVIORS: readonly ErrorBehavior[] = ["retry", "pause", "fail"];

export function encodeControl(writer: WireWriter, message: ControlMessage, version: ProtocolVersion): void {
  switch (message.type) {
    case "Start":
      encodeStart(writer, message, version);
      return;
    case "Suspension":
      writeSuspension(writer, message.awaitingOn, version);
      return;
    case "Error":
      encodeError(writer, message);
      return;
    case "End":
      return;
    case "CommandAck":
      writer.uint32(1, message.commandIndex);
      return;
    case "ProposeRunCompletion":
      encodeProposal(writer, message, version);
      return;
    case "AwaitingOn":
      requireVersion(version, 7, "AwaitingOn");
      encodeAwaitingOn(writer, message);
      return;
    case "ProposeRunCompletionAck":
      requireVersion(version, 7, "ProposeRunCompletionAck");
      writer.uint32(1, message.completionId);
      return;
  }
}

export function decodeControl(
  type: ControlMessage["type"],
  reader: WireReader,
  version: ProtocolVersion,
): ControlMessage {
  switch (type) {
    case "Start":
      return decodeStart(reader);
    case "Suspension":
      return { type, awaitingOn: readSuspension(reader, version) };
    case "Error":
      return decodeError(reader);
    case "End":
      while (reader.next()) reader.skip();
      return { type };
    case "CommandAck":
      return { type, commandIndex: readFirstUint32(reader) };
    case "ProposeRunCompletion":
      return decodeProposal(reader);
    case "AwaitingOn":
      requireReceived(type, version);
      return decodeAwaitingOn(reader);
    case "ProposeRunCompletionAck":
      requireReceived(type, version);
      return { type, completionId: readFirstUint32(reader) };
  }
}

/** A message that is nothing but a number in field 1. */
function readFirstUint32(reader: WireReader): number {
  let value = 0;
  while (reader.next()) {
    if (reader.field === 1) value = reader.uint32();
    else reader.skip();
  }
  return value;
}

/** `retry` is the default on the wire and is left out. */
function encodeError(writer: WireWriter, message: ErrorMessage): void {
  const { relatedCommandIndex, relatedCommandType, nextRetryDelayMs } = message;
  writer.uint32(1, message.code);
  writer.text(2, message.message);
  writer.text(3, message.stacktrace);
  if (relatedCommandIndex !== undefined) writer.uint32Always(4, relatedCommandIndex);
  writer.textIfSet(5, message.relatedCommandName);
  if (relatedCommandType !== undefined) writer.uint32Always(6, relatedCommandType);
  if (nextRetryDelayMs !== undefined) {
    writer.safeIntegerAlways(8, requireMillis(nextRetryDelayMs, "Error's next retry delay"));
  }
  writer.uint32(9, ERROR_BEHAVIORS.indexOf(message.behavior ?? "retry"));
}

/** Accepts a behavior in every version, as the server does. An unknown one counts as none. */
function decodeError(reader: WireReader): ErrorMessage {
  let code = 0;
  let message = "";
  let stacktrace = "";
  let relatedCommandIndex: number | undefined;
  let relatedCommandName: string | undefined;
  let relatedCommandType: number | undefined;
  let nextRetryDelayMs: number | undefined;
  let behavior = 0;
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        code = reader.uint32();
        break;
      case 2:
        message = reader.text("Error's message");
        break;
      case 3:
        stacktrace = reader.text("Error's stack trace");
        break;
      case 4:
        relatedCommandIndex = reader.uint32();
        break;
      case 5:
        relatedCommandName = reader.text("Error's command name");
        break;
      case 6:
        relatedCommandType = reader.uint32();
        break;
      case 8:
        nextRetryDelayMs = reader.safeInteger();
        break;
      case 9:
        behavior = reader.uint32();
        break;
      default:
        reader.skip();
    }
  }
  return {
    type: "Error",
    code,
    message,
    stacktrace,
    relatedCommandIndex,
    relatedCommandName,
    relatedCommandType,
    nextRetryDelayMs,
    behavior: behavior === 0 ? undefined : ERROR_BEHAVIORS[behavior],
  };
}

/** The value is not wrapped here, unlike in the notification that answers it. */
function encodeProposal(
  writer: WireWriter,
  message: ProposeRunCompletionMessage,
  version: ProtocolVersion,
): void {
  const { result } = message;
  writer.uint32(1, message.completionId);
  if (result.type === "success") writer.bytesAlways(14, result.value);
  else writeFailure(writer, 15, { failure: result.failure, version });
}

function decodeProposal(reader: WireReader): ProposeRunCompletionMessage {
  let completionId = 0;
  let result: Outcome | undefined;
  while (reader.next()) {
    if (reader.field === 1) completionId = reader.uint32();
    else if (reader.field === 14) result = { type: "success", value: reader.bytes() };
    else if (reader.field === 15) result = readFailed(reader, result);
    else reader.skip();
  }
  return {
    type: "ProposeRunCompletion",
    completionId,
    result: requireOutcome(result, "ProposeRunCompletion"),
  };
}

function encodeAwaitingOn(writer: WireWriter, message: AwaitingOnMessage): void {
  const start = writer.open(1);
  writeTree(writer, message.awaitingOn);
  writer.close(start);
  writer.bool(2, message.executingSideEffects);
}

function decodeAwaitingOn(reader: WireReader): AwaitingOnMessage {
  let tree: Bytes | undefined;
  let executingSideEffects = false;
  while (reader.next()) {
    if (reader.field === 1) tree = reader.bytes();
    else if (reader.field === 2) executingSideEffects = reader.bool();
    else reader.skip();
  }
  if (tree === undefined) throw missing("What AwaitingOn awaits");
  return { type: "AwaitingOn", awaitingOn: decodeTree(tree), executingSideEffects };
}

function requireReceived(type: ControlMessage["type"], version: ProtocolVersion): void {
  if (version >= 7) return;
  throw new ProtocolError(`${type} is no message of protocol version ${version}, it came with 7`);
}
