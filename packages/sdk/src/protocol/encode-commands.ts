import {
  requireMillis,
  requireVersion,
  writeFailure,
  writeHeaders,
  writeOutcome,
  writeStateKeys,
  writeTarget,
  writeValue,
  writeVoid,
} from "./codec-values.ts";
import type {
  CallCommand,
  CallTarget,
  Command,
  CompletePromiseCommand,
  InputCommand,
  OneWayCallCommand,
  SendSignalCommand,
} from "./messages.ts";
import type { ProtocolVersion } from "./versions.ts";
import type { WireWriter } from "./wire-writer.ts";

/**
 * Commands to payloads; the way back is in `decode-commands.ts`. Protocol section 2.4.
 *
 * 1. Fields are written in the order of their numbers, not in that of this file's types.
 * 2. Field 12 is always the display name, field 11 the completion id.
 */

const NAME = 12;
const COMPLETION_ID = 11;

export function encodeCommand(writer: WireWriter, command: Command, version: ProtocolVersion): void {
  switch (command.type) {
    case "Input":
      encodeInput(writer, command);
      return;
    case "Output":
      writer.text(NAME, command.name);
      writeOutcome(writer, { value: 14, failure: 15 }, { outcome: command.result, version });
      return;
    case "GetLazyState":
    case "GetPromise":
    case "PeekPromise":
      writer.text(1, command.key);
      writeCompletable(writer, command);
      return;
    case "SetState":
      writer.text(1, command.key);
      writeValue(writer, 3, command.value);
      writer.text(NAME, command.name);
      return;
    case "ClearState":
      writer.text(1, command.key);
      writer.text(NAME, command.name);
      return;
    case "ClearAllState":
      writer.text(NAME, command.name);
      return;
    case "GetLazyStateKeys":
    case "Run":
      writeCompletable(writer, command);
      return;
    case "GetEagerState":
      writer.text(1, command.key);
      writer.text(NAME, command.name);
      if (command.value === undefined) writeVoid(writer, 13);
      else writeValue(writer, 14, command.value);
      return;
    case "GetEagerStateKeys":
      writer.text(NAME, command.name);
      writeStateKeys(writer, 14, command.keys);
      return;
    case "CompletePromise":
      encodeCompletePromise(writer, command, version);
      return;
    case "Sleep":
      writer.safeInteger(1, requireMillis(command.wakeUpTimeMs, "Sleep's wake-up time"));
      writeCompletable(writer, command);
      return;
    case "Call":
      encodeCall(writer, command, version);
      return;
    case "OneWayCall":
      encodeOneWayCall(writer, command, version);
      return;
    case "SendSignal":
      encodeSendSignal(writer, command, version);
      return;
    case "AttachInvocation":
    case "GetInvocationOutput":
      writeTarget(writer, command.target, version);
      writeCompletable(writer, command);
      return;
    case "CompleteAwakeable":
      writer.text(1, command.awakeableId);
      writeOutcome(writer, { value: 2, failure: 3 }, { outcome: command.result, version });
      writer.text(NAME, command.name);
      return;
  }
}

function writeCompletable(
  writer: WireWriter,
  command: { readonly completionId: number; readonly name: string },
): void {
  writer.uint32(COMPLETION_ID, command.completionId);
  writer.text(NAME, command.name);
}

function encodeInput(writer: WireWriter, command: InputCommand): void {
  writeHeaders(writer, 1, command.headers);
  writer.text(NAME, command.name);
  writeValue(writer, 14, command.value);
}

function encodeCompletePromise(
  writer: WireWriter,
  command: CompletePromiseCommand,
  version: ProtocolVersion,
): void {
  writer.text(1, command.key);
  writeOutcome(writer, { value: 2, failure: 3 }, { outcome: command.result, version });
  writeCompletable(writer, command);
}

function encodeCall(writer: WireWriter, command: CallCommand, version: ProtocolVersion): void {
  requireTargetVersion(command, version);
  writer.text(1, command.service);
  writer.text(2, command.handler);
  writer.bytes(3, command.parameter);
  writeHeaders(writer, 4, command.headers);
  writer.text(5, command.key);
  writer.textIfSet(6, command.idempotencyKey);
  writer.textIfSet(7, command.scope);
  writer.textIfSet(8, command.limitKey);
  writer.uint32(10, command.invocationIdCompletionId);
  writeCompletable(writer, command);
}

/** Fields 4 to 9 are not those of a call. */
function encodeOneWayCall(writer: WireWriter, command: OneWayCallCommand, version: ProtocolVersion): void {
  requireTargetVersion(command, version);
  writer.text(1, command.service);
  writer.text(2, command.handler);
  writer.bytes(3, command.parameter);
  writer.safeInteger(4, requireMillis(command.invokeTimeMs, "OneWayCall's invoke time"));
  writeHeaders(writer, 5, command.headers);
  writer.text(6, command.key);
  writer.textIfSet(7, command.idempotencyKey);
  writer.textIfSet(8, command.scope);
  writer.textIfSet(9, command.limitKey);
  writer.uint32(10, command.invocationIdCompletionId);
  writer.text(NAME, command.name);
}

function requireTargetVersion(target: CallTarget, version: ProtocolVersion): void {
  if (target.scope !== undefined) requireVersion(version, 7, "A scope");
  if (target.limitKey !== undefined) requireVersion(version, 7, "A limit key");
}

function encodeSendSignal(writer: WireWriter, command: SendSignalCommand, version: ProtocolVersion): void {
  const { signal, result } = command;
  writer.text(1, command.targetInvocationId);
  if (typeof signal === "number") writer.uint32Always(2, signal);
  else writer.textAlways(3, signal);
  if (result.type === "void") writeVoid(writer, 4);
  else if (result.type === "success") writeValue(writer, 5, result.value);
  else writeFailure(writer, 6, { failure: result.failure, version });
  writer.text(NAME, command.name);
}
