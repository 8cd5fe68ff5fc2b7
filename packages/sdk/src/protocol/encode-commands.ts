import { create, toBinary } from "@bufbuild/protobuf";
import {
  requireVersion,
  toWireHeaders,
  toWireMillis,
  toWireOutcome,
  toWireSignalResult,
  toWireTarget,
  toWireValue,
  unsetIfUndefined,
} from "./codec-values.ts";
import * as wire from "./generated/perdure/protocol_pb.ts";
import type {
  Bytes,
  CallCommand,
  Command,
  CompletePromiseCommand,
  GetEagerStateCommand,
  OneWayCallCommand,
  SendSignalCommand,
} from "./messages.ts";
import { encodeText, encodeTextIfSet } from "./text.ts";
import type { ProtocolVersion } from "./versions.ts";

/** Commands to payloads; the way back is in `decode-commands.ts`. Protocol section 2.4. */

export function encodeCommand(command: Command, version: ProtocolVersion): Bytes {
  const name = encodeText(command.name);
  const resultCompletionId = "completionId" in command ? command.completionId : 0;
  switch (command.type) {
    case "Input": {
      const headers = toWireHeaders(command.headers);
      const value = toWireValue(command.value);
      return toBinary(wire.InputCommandSchema, create(wire.InputCommandSchema, { headers, value, name }));
    }
    case "Output": {
      const result = toWireOutcome(command.result, version);
      return toBinary(wire.OutputCommandSchema, create(wire.OutputCommandSchema, { result, name }));
    }
    case "GetLazyState": {
      const init = { key: encodeText(command.key), resultCompletionId, name };
      return toBinary(wire.GetLazyStateCommandSchema, create(wire.GetLazyStateCommandSchema, init));
    }
    case "SetState": {
      const init = { key: encodeText(command.key), value: toWireValue(command.value), name };
      return toBinary(wire.SetStateCommandSchema, create(wire.SetStateCommandSchema, init));
    }
    case "ClearState": {
      const init = { key: encodeText(command.key), name };
      return toBinary(wire.ClearStateCommandSchema, create(wire.ClearStateCommandSchema, init));
    }
    case "ClearAllState":
      return toBinary(wire.ClearAllStateCommandSchema, create(wire.ClearAllStateCommandSchema, { name }));
    case "GetLazyStateKeys": {
      const init = { resultCompletionId, name };
      return toBinary(wire.GetLazyStateKeysCommandSchema, create(wire.GetLazyStateKeysCommandSchema, init));
    }
    case "GetEagerState":
      return encodeGetEagerState(command, name);
    case "GetEagerStateKeys": {
      const value = create(wire.StateKeysSchema, { keys: command.keys.map(encodeText) });
      const init = { value, name };
      return toBinary(wire.GetEagerStateKeysCommandSchema, create(wire.GetEagerStateKeysCommandSchema, init));
    }
    case "GetPromise": {
      const init = { key: encodeText(command.key), resultCompletionId, name };
      return toBinary(wire.GetPromiseCommandSchema, create(wire.GetPromiseCommandSchema, init));
    }
    case "PeekPromise": {
      const init = { key: encodeText(command.key), resultCompletionId, name };
      return toBinary(wire.PeekPromiseCommandSchema, create(wire.PeekPromiseCommandSchema, init));
    }
    case "CompletePromise":
      return encodeCompletePromise(command, version);
    case "Sleep": {
      const wakeUpTime = toWireMillis(command.wakeUpTimeMs, "Sleep's wake-up time");
      const init = { wakeUpTime, resultCompletionId, name };
      return toBinary(wire.SleepCommandSchema, create(wire.SleepCommandSchema, init));
    }
    case "Call":
      return encodeCall(command, version);
    case "OneWayCall":
      return encodeOneWayCall(command, version);
    case "SendSignal":
      return encodeSendSignal(command, version);
    case "Run":
      return toBinary(wire.RunCommandSchema, create(wire.RunCommandSchema, { resultCompletionId, name }));
    case "AttachInvocation": {
      const init = { target: toWireTarget(command.target, version), resultCompletionId, name };
      return toBinary(wire.AttachInvocationCommandSchema, create(wire.AttachInvocationCommandSchema, init));
    }
    case "GetInvocationOutput": {
      const schema = wire.GetInvocationOutputCommandSchema;
      const target = toWireTarget(command.target, version);
      return toBinary(schema, create(schema, { target, resultCompletionId, name }));
    }
    case "CompleteAwakeable": {
      const awakeableId = encodeText(command.awakeableId);
      const init = { awakeableId, result: toWireOutcome(command.result, version), name };
      return toBinary(wire.CompleteAwakeableCommandSchema, create(wire.CompleteAwakeableCommandSchema, init));
    }
  }
}

function encodeGetEagerState(command: GetEagerStateCommand, name: Bytes): Bytes {
  const wireCommand = create(wire.GetEagerStateCommandSchema, {
    key: encodeText(command.key),
    result:
      command.value === undefined
        ? { case: "void", value: create(wire.VoidSchema) }
        : { case: "value", value: toWireValue(command.value) },
    name,
  });
  return toBinary(wire.GetEagerStateCommandSchema, wireCommand);
}

function encodeCompletePromise(command: CompletePromiseCommand, version: ProtocolVersion): Bytes {
  const result = toWireOutcome(command.result, version);
  const wireCommand = create(wire.CompletePromiseCommandSchema, {
    key: encodeText(command.key),
    completion:
      result.case === "value"
        ? { case: "completionValue", value: result.value }
        : { case: "completionFailure", value: result.value },
    resultCompletionId: command.completionId,
    name: encodeText(command.name),
  });
  return toBinary(wire.CompletePromiseCommandSchema, wireCommand);
}

function encodeCall(command: CallCommand, version: ProtocolVersion): Bytes {
  const wireCommand = create(wire.CallCommandSchema, {
    ...toWireCallTarget(command, version),
    resultCompletionId: command.completionId,
  });
  return toBinary(wire.CallCommandSchema, wireCommand);
}

function encodeOneWayCall(command: OneWayCallCommand, version: ProtocolVersion): Bytes {
  const wireCommand = create(wire.OneWayCallCommandSchema, {
    ...toWireCallTarget(command, version),
    invokeTime: toWireMillis(command.invokeTimeMs, "OneWayCall's invoke time"),
  });
  return toBinary(wire.OneWayCallCommandSchema, wireCommand);
}

/** The fields that both kinds of call have, under the same names, though not the same numbers. */
function toWireCallTarget(command: CallCommand | OneWayCallCommand, version: ProtocolVersion) {
  if (command.scope !== undefined) requireVersion(version, 7, "A scope");
  if (command.limitKey !== undefined) requireVersion(version, 7, "A limit key");
  return unsetIfUndefined({
    serviceName: encodeText(command.service),
    handlerName: encodeText(command.handler),
    parameter: command.parameter,
    headers: toWireHeaders(command.headers),
    key: encodeText(command.key),
    idempotencyKey: encodeTextIfSet(command.idempotencyKey),
    scope: encodeTextIfSet(command.scope),
    limitKey: encodeTextIfSet(command.limitKey),
    invocationIdNotificationIdx: command.invocationIdCompletionId,
    name: encodeText(command.name),
  });
}

function encodeSendSignal(command: SendSignalCommand, version: ProtocolVersion): Bytes {
  const { signal } = command;
  const wireCommand = create(wire.SendSignalCommandSchema, {
    targetInvocationId: encodeText(command.targetInvocationId),
    signalId:
      typeof signal === "number"
        ? { case: "idx", value: signal }
        : { case: "name", value: encodeText(signal) },
    result: toWireSignalResult(command.result, version),
    entryName: encodeText(command.name),
  });
  return toBinary(wire.SendSignalCommandSchema, wireCommand);
}
