import {
  fromWireHeaders,
  fromWireMillis,
  fromWireOutcome,
  fromWireSignalResult,
  fromWireTarget,
  missing,
} from "./codec-values.ts";
import * as wire from "./generated/perdure/protocol_pb.ts";
import type {
  Bytes,
  CallTarget,
  Command,
  CompletePromiseCommand,
  GetEagerStateCommand,
  SendSignalCommand,
} from "./messages.ts";
import { readMessage } from "./read-message.ts";
import { decodeStateKey, decodeText, decodeTextIfSet } from "./text.ts";

/** Payloads to commands; the way there is in `encode-commands.ts`. Protocol section 2.4. */

export function decodeCommand(type: Command["type"], payload: Bytes): Command {
  switch (type) {
    case "Input": {
      const command = readMessage(wire.InputCommandSchema, payload);
      const value = command.value?.content ?? new Uint8Array(0);
      return { type, headers: fromWireHeaders(command.headers), value, name: nameOf(command) };
    }
    case "Output": {
      const command = readMessage(wire.OutputCommandSchema, payload);
      return { type, result: fromWireOutcome(command.result, type), name: nameOf(command) };
    }
    case "GetLazyState": {
      const command = readMessage(wire.GetLazyStateCommandSchema, payload);
      return { type, key: stateKeyOf(command), ...completionOf(command) };
    }
    case "SetState": {
      const command = readMessage(wire.SetStateCommandSchema, payload);
      if (command.value === undefined) throw missing("The value of SetState");
      return { type, key: stateKeyOf(command), value: command.value.content, name: nameOf(command) };
    }
    case "ClearState": {
      const command = readMessage(wire.ClearStateCommandSchema, payload);
      return { type, key: stateKeyOf(command), name: nameOf(command) };
    }
    case "ClearAllState":
      return { type, name: nameOf(readMessage(wire.ClearAllStateCommandSchema, payload)) };
    case "GetLazyStateKeys":
      return { type, ...completionOf(readMessage(wire.GetLazyStateKeysCommandSchema, payload)) };
    case "GetEagerState":
      return decodeGetEagerState(payload);
    case "GetEagerStateKeys": {
      const command = readMessage(wire.GetEagerStateKeysCommandSchema, payload);
      const keys = (command.value?.keys ?? []).map((key) => decodeStateKey(key, "A state key"));
      return { type, keys, name: nameOf(command) };
    }
    case "GetPromise": {
      const command = readMessage(wire.GetPromiseCommandSchema, payload);
      return { type, key: promiseKeyOf(command), ...completionOf(command) };
    }
    case "PeekPromise": {
      const command = readMessage(wire.PeekPromiseCommandSchema, payload);
      return { type, key: promiseKeyOf(command), ...completionOf(command) };
    }
    case "CompletePromise":
      return decodeCompletePromise(payload);
    case "Sleep": {
      const command = readMessage(wire.SleepCommandSchema, payload);
      return { type, wakeUpTimeMs: fromWireMillis(command.wakeUpTime), ...completionOf(command) };
    }
    case "Call": {
      const command = readMessage(wire.CallCommandSchema, payload);
      return { type, ...callTargetOf(command), ...completionOf(command) };
    }
    case "OneWayCall": {
      const command = readMessage(wire.OneWayCallCommandSchema, payload);
      const invokeTimeMs = fromWireMillis(command.invokeTime);
      return { type, ...callTargetOf(command), invokeTimeMs, name: nameOf(command) };
    }
    case "SendSignal":
      return decodeSendSignal(payload);
    case "Run":
      return { type, ...completionOf(readMessage(wire.RunCommandSchema, payload)) };
    case "AttachInvocation": {
      const command = readMessage(wire.AttachInvocationCommandSchema, payload);
      return { type, target: fromWireTarget(command.target, type), ...completionOf(command) };
    }
    case "GetInvocationOutput": {
      const command = readMessage(wire.GetInvocationOutputCommandSchema, payload);
      return { type, target: fromWireTarget(command.target, type), ...completionOf(command) };
    }
    case "CompleteAwakeable": {
      const command = readMessage(wire.CompleteAwakeableCommandSchema, payload);
      const awakeableId = decodeText(command.awakeableId, "An awakeable id");
      return { type, awakeableId, result: fromWireOutcome(command.result, type), name: nameOf(command) };
    }
  }
}

function decodeGetEagerState(payload: Bytes): GetEagerStateCommand {
  const command = readMessage(wire.GetEagerStateCommandSchema, payload);
  const { result } = command;
  if (result.case === undefined) throw missing("The result of GetEagerState");
  return {
    type: "GetEagerState",
    key: stateKeyOf(command),
    value: result.case === "value" ? result.value.content : undefined,
    name: nameOf(command),
  };
}

function decodeCompletePromise(payload: Bytes): CompletePromiseCommand {
  const command = readMessage(wire.CompletePromiseCommandSchema, payload);
  const { completion } = command;
  const result =
    completion.case === "completionValue"
      ? ({ case: "value", value: completion.value } as const)
      : completion.case === "completionFailure"
        ? ({ case: "failure", value: completion.value } as const)
        : ({ case: undefined } as const);
  return {
    type: "CompletePromise",
    key: promiseKeyOf(command),
    result: fromWireOutcome(result, "CompletePromise"),
    ...completionOf(command),
  };
}

function decodeSendSignal(payload: Bytes): SendSignalCommand {
  const command = readMessage(wire.SendSignalCommandSchema, payload);
  const { signalId } = command;
  if (signalId.case === undefined) throw missing("The signal of SendSignal");
  return {
    type: "SendSignal",
    targetInvocationId: decodeText(command.targetInvocationId, "The target of SendSignal"),
    signal: signalId.case === "idx" ? signalId.value : decodeText(signalId.value, "The name of a signal"),
    result: fromWireSignalResult(command.result, "SendSignal"),
    name: decodeText(command.entryName, "A command's name"),
  };
}

function callTargetOf(command: wire.CallCommand | wire.OneWayCallCommand): CallTarget {
  return {
    service: decodeText(command.serviceName, "A call's service"),
    handler: decodeText(command.handlerName, "A call's handler"),
    key: decodeText(command.key, "A call's key"),
    parameter: command.parameter,
    headers: fromWireHeaders(command.headers),
    idempotencyKey: decodeTextIfSet(command.idempotencyKey, "A call's idempotency key"),
    scope: decodeTextIfSet(command.scope, "A call's scope"),
    limitKey: decodeTextIfSet(command.limitKey, "A call's limit key"),
    invocationIdCompletionId: command.invocationIdNotificationIdx,
  };
}

function completionOf(command: { readonly resultCompletionId: number; readonly name: Bytes }): {
  readonly completionId: number;
  readonly name: string;
} {
  return { completionId: command.resultCompletionId, name: nameOf(command) };
}

function nameOf(command: { readonly name: Bytes }): string {
  return decodeText(command.name, "A command's name");
}

function stateKeyOf(command: { readonly key: Bytes }): string {
  return decodeStateKey(command.key, "A state key");
}

function promiseKeyOf(command: { readonly key: Bytes }): string {
  return decodeText(command.key, "A promise's key");
}
