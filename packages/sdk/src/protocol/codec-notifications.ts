import { create, toBinary } from "@bufbuild/protobuf";
import { fromWireFailure, missing, toWireFailure, toWireValue } from "./codec-values.ts";
import * as wire from "./generated/perdure/protocol_pb.ts";
import type { Bytes, CompletionKind, Notification, NotificationResult } from "./messages.ts";
import { ProtocolError } from "./protocol-error.ts";
import { readMessage } from "./read-message.ts";
import { decodeStateKey, decodeText, encodeText } from "./text.ts";
import type { ProtocolVersion } from "./versions.ts";

/** Notifications: one shape for all, an id and a result. Protocol section 2.5. */

type ResultType = NotificationResult["type"];

const RESULTS_ALLOWED: Readonly<Record<CompletionKind | "Signal", readonly ResultType[]>> = {
  GetLazyState: ["void", "success"],
  GetLazyStateKeys: ["stateKeys"],
  GetPromise: ["success", "failure"],
  PeekPromise: ["void", "success", "failure"],
  CompletePromise: ["void", "failure"],
  Sleep: ["void"],
  Call: ["success", "failure"],
  CallInvocationId: ["invocationId"],
  Run: ["success", "failure"],
  AttachInvocation: ["success", "failure"],
  GetInvocationOutput: ["void", "success", "failure"],
  Signal: ["void", "success", "failure"],
};

/** What a frame's type id says of a notification; `undefined` for an id that we don't know. */
export type NotificationKind = CompletionKind | "Signal" | undefined;

export function encodeNotification(message: Notification, version: ProtocolVersion): Bytes {
  requireResult(message.type === "Signal" ? "Signal" : message.kind, message.result);
  const notification = create(wire.NotificationSchema, {
    id: toWireId(message),
    result: toWireResult(message.result, version),
  });
  return toBinary(wire.NotificationSchema, notification);
}

export function decodeNotification(kind: NotificationKind, payload: Bytes): Notification {
  const notification = readMessage(wire.NotificationSchema, payload);
  const result = fromWireResult(notification.result, kind);
  requireResult(kind, result);
  const { id } = notification;
  if (id.case === undefined) throw missing(`The id of ${describe(kind)}`);
  if (id.case === "completionId") {
    if (kind === "Signal") throw new ProtocolError("The id of a signal has to be an index or a name");
    return { type: "Completion", kind, completionId: id.value, result };
  }
  if (kind !== "Signal" && kind !== undefined) {
    throw new ProtocolError(`The id of ${describe(kind)} has to be a completion id, not a signal`);
  }
  const signal = id.case === "signalIdx" ? id.value : decodeText(id.value, "The name of a signal");
  return { type: "Signal", signal, result };
}

function toWireId(message: Notification): wire.Notification["id"] {
  if (message.type === "Completion") return { case: "completionId", value: message.completionId };
  return typeof message.signal === "number"
    ? { case: "signalIdx", value: message.signal }
    : { case: "signalName", value: encodeText(message.signal) };
}

function toWireResult(result: NotificationResult, version: ProtocolVersion): wire.Notification["result"] {
  switch (result.type) {
    case "void":
      return { case: "void", value: create(wire.VoidSchema) };
    case "success":
      return { case: "value", value: toWireValue(result.value) };
    case "failure":
      return { case: "failure", value: toWireFailure(result.failure, version) };
    case "invocationId":
      return { case: "invocationId", value: encodeText(result.invocationId) };
    case "stateKeys":
      return {
        case: "stateKeys",
        value: create(wire.StateKeysSchema, { keys: result.keys.map(encodeText) }),
      };
  }
}

function fromWireResult(result: wire.Notification["result"], kind: NotificationKind): NotificationResult {
  switch (result.case) {
    case "void":
      return { type: "void" };
    case "value":
      return { type: "success", value: result.value.content };
    case "failure":
      return { type: "failure", failure: fromWireFailure(result.value) };
    case "invocationId":
      return { type: "invocationId", invocationId: decodeText(result.value, "An invocation id") };
    case "stateKeys":
      return { type: "stateKeys", keys: result.value.keys.map((key) => decodeStateKey(key, "A state key")) };
    case undefined:
      throw missing(`The result of ${describe(kind)}`);
  }
}

function requireResult(kind: NotificationKind, result: NotificationResult): void {
  if (kind === undefined || RESULTS_ALLOWED[kind].includes(result.type)) return;
  throw new ProtocolError(`A result of type ${result.type} is not allowed in ${describe(kind)}`);
}

function describe(kind: NotificationKind): string {
  if (kind === undefined) return "a notification of unknown type";
  return kind === "Signal" ? "a signal" : `a ${kind} completion`;
}
