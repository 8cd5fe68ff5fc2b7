import { create, toBinary } from "@bufbuild/protobuf";
import { decodeTree, encodeTree, fromWireSuspension, toWireSuspension } from "./codec-await-tree.ts";
import {
  fromWireFailure,
  fromWireMillis,
  missing,
  requireVersion,
  toWireFailure,
  toWireMillis,
  unsetIfUndefined,
} from "./codec-values.ts";
import * as wire from "./generated/perdure/protocol_pb.ts";
import type {
  Bytes,
  ControlMessage,
  ErrorBehavior,
  ErrorMessage,
  ProposeRunCompletionMessage,
  StartMessage,
} from "./messages.ts";
import { ProtocolError } from "./protocol-error.ts";
import { readMessage } from "./read-message.ts";
import { decodeText, decodeTextIfSet, encodeText, encodeTextIfSet } from "./text.ts";
import type { ProtocolVersion } from "./versions.ts";

/** Control messages and their payloads. Protocol section 2.3. */

/** By number on the wire. */
const ERROR_BEHAVIORS: readonly ErrorBehavior[] = ["retry", "pause", "fail"];

export function encodeControl(message: ControlMessage, version: ProtocolVersion): Bytes {
  switch (message.type) {
    case "Start":
      return encodeStart(message, version);
    case "Suspension":
      return toBinary(wire.SuspensionMessageSchema, toWireSuspension(message.awaitingOn, version));
    case "Error":
      return encodeError(message);
    case "End":
      return toBinary(wire.EndMessageSchema, create(wire.EndMessageSchema));
    case "CommandAck":
      return toBinary(
        wire.CommandAckMessageSchema,
        create(wire.CommandAckMessageSchema, { commandIndex: message.commandIndex }),
      );
    case "ProposeRunCompletion":
      return encodeProposal(message, version);
    case "AwaitingOn":
      requireVersion(version, 7, "AwaitingOn");
      return toBinary(
        wire.AwaitingOnMessageSchema,
        create(wire.AwaitingOnMessageSchema, {
          awaitingOn: encodeTree(message.awaitingOn),
          executingSideEffects: message.executingSideEffects,
        }),
      );
    case "ProposeRunCompletionAck":
      requireVersion(version, 7, "ProposeRunCompletionAck");
      return toBinary(
        wire.ProposeRunCompletionAckMessageSchema,
        create(wire.ProposeRunCompletionAckMessageSchema, { completionId: message.completionId }),
      );
  }
}

export function decodeControl(
  type: ControlMessage["type"],
  payload: Bytes,
  version: ProtocolVersion,
): ControlMessage {
  switch (type) {
    case "Start":
      return decodeStart(payload);
    case "Suspension": {
      const suspension = readMessage(wire.SuspensionMessageSchema, payload);
      return { type, awaitingOn: fromWireSuspension(suspension, version) };
    }
    case "Error":
      return decodeError(payload);
    case "End":
      readMessage(wire.EndMessageSchema, payload);
      return { type };
    case "CommandAck":
      return { type, commandIndex: readMessage(wire.CommandAckMessageSchema, payload).commandIndex };
    case "ProposeRunCompletion":
      return decodeProposal(payload);
    case "AwaitingOn": {
      requireReceived(type, version);
      const message = readMessage(wire.AwaitingOnMessageSchema, payload);
      if (message.awaitingOn === undefined) throw missing("What AwaitingOn awaits");
      const awaitingOn = decodeTree(message.awaitingOn);
      return { type, awaitingOn, executingSideEffects: message.executingSideEffects };
    }
    case "ProposeRunCompletionAck": {
      requireReceived(type, version);
      const message = readMessage(wire.ProposeRunCompletionAckMessageSchema, payload);
      return { type, completionId: message.completionId };
    }
  }
}

/** What version 7 added to Start is for information only, so older versions go without it. */
function encodeStart(message: StartMessage, version: ProtocolVersion): Bytes {
  const start = create(wire.StartMessageSchema, {
    id: message.id,
    debugId: encodeText(message.debugId),
    knownEntries: message.knownEntries,
    stateMap: message.stateMap.map(({ key, value }) => create(wire.StateEntrySchema, { key, value })),
    partialState: message.partialState,
    key: encodeText(message.key),
    retryCountSinceLastStoredEntry: message.retryCountSinceLastStoredEntry,
    durationSinceLastStoredEntry: toWireMillis(
      message.durationSinceLastStoredEntryMs,
      "Start's duration since the last stored entry",
    ),
    randomSeed: message.randomSeed,
  });
  if (version >= 7) {
    if (message.scope !== undefined) start.scope = encodeText(message.scope);
    if (message.limitKey !== undefined) start.limitKey = encodeText(message.limitKey);
    if (message.idempotencyKey !== undefined) start.idempotencyKey = encodeText(message.idempotencyKey);
  }
  return toBinary(wire.StartMessageSchema, start);
}

function decodeStart(payload: Bytes): StartMessage {
  const start = readMessage(wire.StartMessageSchema, payload);
  return {
    type: "Start",
    id: start.id,
    debugId: decodeText(start.debugId, "Start's invocation id"),
    knownEntries: start.knownEntries,
    stateMap: start.stateMap.map(({ key, value }) => ({ key, value })),
    partialState: start.partialState,
    key: decodeText(start.key, "Start's key"),
    retryCountSinceLastStoredEntry: start.retryCountSinceLastStoredEntry,
    durationSinceLastStoredEntryMs: fromWireMillis(start.durationSinceLastStoredEntry),
    randomSeed: start.randomSeed,
    scope: decodeTextIfSet(start.scope, "Start's scope"),
    limitKey: decodeTextIfSet(start.limitKey, "Start's limit key"),
    idempotencyKey: decodeTextIfSet(start.idempotencyKey, "Start's idempotency key"),
  };
}

/** `retry` is the default on the wire and is left out. */
function encodeError(message: ErrorMessage): Bytes {
  const delayMs = message.nextRetryDelayMs;
  const init = unsetIfUndefined({
    code: message.code,
    message: encodeText(message.message),
    stacktrace: encodeText(message.stacktrace),
    relatedCommandIndex: message.relatedCommandIndex,
    relatedCommandName: encodeTextIfSet(message.relatedCommandName),
    relatedCommandType: message.relatedCommandType,
    nextRetryDelay: delayMs === undefined ? undefined : toWireMillis(delayMs, "Error's next retry delay"),
    behavior: ERROR_BEHAVIORS.indexOf(message.behavior ?? "retry"),
  });
  return toBinary(wire.ErrorMessageSchema, create(wire.ErrorMessageSchema, init));
}

/** Accepts a behavior in every version, as the server does. An unknown one counts as none. */
function decodeError(payload: Bytes): ErrorMessage {
  const error = readMessage(wire.ErrorMessageSchema, payload);
  const delay = error.nextRetryDelay;
  return {
    type: "Error",
    code: error.code,
    message: decodeText(error.message, "Error's message"),
    stacktrace: decodeText(error.stacktrace, "Error's stack trace"),
    relatedCommandIndex: error.relatedCommandIndex,
    relatedCommandName: decodeTextIfSet(error.relatedCommandName, "Error's command name"),
    relatedCommandType: error.relatedCommandType,
    nextRetryDelayMs: delay === undefined ? undefined : fromWireMillis(delay),
    behavior: error.behavior === wire.ErrorBehavior.RETRY ? undefined : ERROR_BEHAVIORS[error.behavior],
  };
}

function encodeProposal(message: ProposeRunCompletionMessage, version: ProtocolVersion): Bytes {
  const { result } = message;
  return toBinary(
    wire.ProposeRunCompletionMessageSchema,
    create(wire.ProposeRunCompletionMessageSchema, {
      resultCompletionId: message.completionId,
      result:
        result.type === "success"
          ? { case: "value", value: result.value }
          : { case: "failure", value: toWireFailure(result.failure, version) },
    }),
  );
}

function decodeProposal(payload: Bytes): ProposeRunCompletionMessage {
  const { resultCompletionId, result } = readMessage(wire.ProposeRunCompletionMessageSchema, payload);
  const message = { type: "ProposeRunCompletion", completionId: resultCompletionId } as const;
  switch (result.case) {
    case "value":
      return { ...message, result: { type: "success", value: result.value } };
    case "failure":
      return { ...message, result: { type: "failure", failure: fromWireFailure(result.value) } };
    case undefined:
      throw missing("The result of ProposeRunCompletion");
  }
}

function requireReceived(type: ControlMessage["type"], version: ProtocolVersion): void {
  if (version >= 7) return;
  throw new ProtocolError(`${type} is no message of protocol version ${version}, it came with 7`);
}
