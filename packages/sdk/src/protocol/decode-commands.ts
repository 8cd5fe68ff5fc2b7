import {
  missing,
  NO_BYTES,
  readFailed,
  readHeader,
  readIdempotentTarget,
  readStateKeys,
  readSuccess,
  readValue,
  readVoid,
  readWorkflowTarget,
  requireOutcome,
} from "./codec-values.ts";
import { decodeCall, decodeOneWayCall } from "./decode-calls.ts";
import type {
  AttachInvocationCommand,
  Bytes,
  ClearAllStateCommand,
  ClearStateCommand,
  Command,
  CompleteAwakeableCommand,
  CompletePromiseCommand,
  GetEagerStateCommand,
  GetEagerStateKeysCommand,
  GetInvocationOutputCommand,
  Header,
  InputCommand,
  InvocationTarget,
  Outcome,
  OutputCommand,
  SendSignalCommand,
  SetStateCommand,
  SignalResult,
  SleepCommand,
} from "./messages.ts";
import type { WireReader } from "./wire-reader.ts";

/**
 * Payloads to commands; the way there is in `encode-commands.ts`. Protocol section 2.4.
 * Field 12 is always the display name, field 11 the completion id.
 */

export function decodeCommand(type: Command["type"], reader: WireReader): Command {
  switch (type) {
    case "Input":
      return decodeInput(reader);
    case "Output":
      return decodeOutput(reader);
    case "GetLazyState":
      return { type, ...readKeyed(reader, "state") };
    case "SetState":
      return decodeSetState(reader);
    case "ClearState":
      return decodeClearState(reader);
    case "ClearAllState":
      return decodeClearAllState(reader);
    case "GetLazyStateKeys": {
      const { completionId, name } = readCompletable(reader);
      return { type, completionId, name };
    }
    case "GetEagerState":
      return decodeGetEagerState(reader);
    case "GetEagerStateKeys":
      return decodeGetEagerStateKeys(reader);
    case "GetPromise":
    case "PeekPromise":
      return { type, ...readKeyed(reader, "promise") };
    case "CompletePromise":
      return decodeCompletePromise(reader);
    case "Sleep":
      return decodeSleep(reader);
    case "Call":
      return decodeCall(reader);
    case "OneWayCall":
      return decodeOneWayCall(reader);
    case "SendSignal":
      return decodeSendSignal(reader);
    case "Run": {
      const { completionId, name } = readCompletable(reader);
      return { type, completionId, name };
    }
    case "AttachInvocation":
    case "GetInvocationOutput":
      return decodeWithTarget(type, reader);
    case "CompleteAwakeable":
      return decodeCompleteAwakeable(reader);
  }
}

/** A command with nothing but an id and a name. */
function readCompletable(reader: WireReader): { readonly completionId: number; readonly name: string } {
  let completionId = 0;
  let name = "";
  while (reader.next()) {
    if (reader.field === 11) completionId = reader.uint32();
    else if (reader.field === 12) name = readName(reader);
    else reader.skip();
  }
  return { completionId, name };
}

/** A command with a key besides. */
function readKeyed(
  reader: WireReader,
  kind: "state" | "promise",
): { readonly key: string; readonly completionId: number; readonly name: string } {
  let key = "";
  let completionId = 0;
  let name = "";
  while (reader.next()) {
    if (reader.field === 1) key = kind === "state" ? reader.stateKey() : readPromiseKey(reader);
    else if (reader.field === 11) completionId = reader.uint32();
    else if (reader.field === 12) name = readName(reader);
    else reader.skip();
  }
  return { key, completionId, name };
}

function readName(reader: WireReader): string {
  return reader.text("A command's name");
}

function readPromiseKey(reader: WireReader): string {
  return reader.text("A promise's key");
}

function decodeInput(reader: WireReader): InputCommand {
  const headers: Header[] = [];
  let value: Bytes | undefined;
  let name = "";
  while (reader.next()) {
    if (reader.field === 1) headers.push(readHeader(reader));
    else if (reader.field === 12) name = readName(reader);
    else if (reader.field === 14) value = readValue(reader, value);
    else reader.skip();
  }
  return { type: "Input", headers, value: value ?? NO_BYTES, name };
}

function decodeOutput(reader: WireReader): OutputCommand {
  let result: Outcome | undefined;
  let name = "";
  while (reader.next()) {
    if (reader.field === 12) name = readName(reader);
    else if (reader.field === 14) result = readSuccess(reader, result);
    else if (reader.field === 15) result = readFailed(reader, result);
    else reader.skip();
  }
  return { type: "Output", result: requireOutcome(result, "Output"), name };
}

function decodeSetState(reader: WireReader): SetStateCommand {
  let key = "";
  let value: Bytes | undefined;
  let name = "";
  while (reader.next()) {
    if (reader.field === 1) key = reader.stateKey();
    else if (reader.field === 3) value = readValue(reader, value);
    else if (reader.field === 12) name = readName(reader);
    else reader.skip();
  }
  if (value === undefined) throw missing("The value of SetState");
  return { type: "SetState", key, value, name };
}

function decodeClearState(reader: WireReader): ClearStateCommand {
  let key = "";
  let name = "";
  while (reader.next()) {
    if (reader.field === 1) key = reader.stateKey();
    else if (reader.field === 12) name = readName(reader);
    else reader.skip();
  }
  return { type: "ClearState", key, name };
}

function decodeClearAllState(reader: WireReader): ClearAllStateCommand {
  let name = "";
  while (reader.next()) {
    if (reader.field === 12) name = readName(reader);
    else reader.skip();
  }
  return { type: "ClearAllState", name };
}

function decodeGetEagerState(reader: WireReader): GetEagerStateCommand {
  let key = "";
  let result: SignalResult | undefined;
  let name = "";
  while (reader.next()) {
    if (reader.field === 1) key = reader.stateKey();
    else if (reader.field === 12) name = readName(reader);
    else if (reader.field === 13) {
      readVoid(reader);
      result = { type: "void" };
    } else if (reader.field === 14) result = readSuccess(reader, result);
    else reader.skip();
  }
  if (result === undefined) throw missing("The result of GetEagerState");
  return { type: "GetEagerState", key, value: result.type === "success" ? result.value : undefined, name };
}

function decodeGetEagerStateKeys(reader: WireReader): GetEagerStateKeysCommand {
  const keys: string[] = [];
  let name = "";
  while (reader.next()) {
    if (reader.field === 12) name = readName(reader);
    else if (reader.field === 14) readStateKeys(reader, keys);
    else reader.skip();
  }
  return { type: "GetEagerStateKeys", keys, name };
}

function decodeCompletePromise(reader: WireReader): CompletePromiseCommand {
  let key = "";
  let result: Outcome | undefined;
  let completionId = 0;
  let name = "";
  while (reader.next()) {
    if (reader.field === 1) key = readPromiseKey(reader);
    else if (reader.field === 2) result = readSuccess(reader, result);
    else if (reader.field === 3) result = readFailed(reader, result);
    else if (reader.field === 11) completionId = reader.uint32();
    else if (reader.field === 12) name = readName(reader);
    else reader.skip();
  }
  return {
    type: "CompletePromise",
    key,
    result: requireOutcome(result, "CompletePromise"),
    completionId,
    name,
  };
}

function decodeSleep(reader: WireReader): SleepCommand {
  let wakeUpTimeMs = 0;
  let completionId = 0;
  let name = "";
  while (reader.next()) {
    if (reader.field === 1) wakeUpTimeMs = reader.safeInteger();
    else if (reader.field === 11) completionId = reader.uint32();
    else if (reader.field === 12) name = readName(reader);
    else reader.skip();
  }
  return { type: "Sleep", wakeUpTimeMs, completionId, name };
}

function decodeSendSignal(reader: WireReader): SendSignalCommand {
  let targetInvocationId = "";
  let signal: number | string | undefined;
  let result: SignalResult | undefined;
  let name = "";
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        targetInvocationId = reader.text("The target of SendSignal");
        break;
      case 2:
        signal = reader.uint32();
        break;
      case 3:
        signal = reader.text("The name of a signal");
        break;
      case 4:
        readVoid(reader);
        result = { type: "void" };
        break;
      case 5:
        result = readSuccess(reader, result);
        break;
      case 6:
        result = readFailed(reader, result);
        break;
      case 12:
        name = readName(reader);
        break;
      default:
        reader.skip();
    }
  }
  if (signal === undefined) throw missing("The signal of SendSignal");
  return {
    type: "SendSignal",
    targetInvocationId,
    signal,
    result: requireOutcome(result, "SendSignal"),
    name,
  };
}

function decodeWithTarget(
  type: "AttachInvocation" | "GetInvocationOutput",
  reader: WireReader,
): AttachInvocationCommand | GetInvocationOutputCommand {
  let target: InvocationTarget | undefined;
  let completionId = 0;
  let name = "";
  while (reader.next()) {
    if (reader.field === 1) {
      target = { type: "invocation", invocationId: reader.text("An invocation id") };
    } else if (reader.field === 3) target = readIdempotentTarget(reader, target);
    else if (reader.field === 4) target = readWorkflowTarget(reader, target);
    else if (reader.field === 11) completionId = reader.uint32();
    else if (reader.field === 12) name = readName(reader);
    else reader.skip();
  }
  if (target === undefined) throw missing(`The target of ${type}`);
  return { type, target, completionId, name };
}

function decodeCompleteAwakeable(reader: WireReader): CompleteAwakeableCommand {
  let awakeableId = "";
  let result: Outcome | undefined;
  let name = "";
  while (reader.next()) {
    if (reader.field === 1) awakeableId = reader.text("An awakeable id");
    else if (reader.field === 2) result = readSuccess(reader, result);
    else if (reader.field === 3) result = readFailed(reader, result);
    else if (reader.field === 12) name = readName(reader);
    else reader.skip();
  }
  return {
    type: "CompleteAwakeable",
    awakeableId,
    result: requireOutcome(result, "CompleteAwakeable"),
    name,
  };
}
