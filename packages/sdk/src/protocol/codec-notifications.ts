import {
  missing,
  readFailed,
  readStateKeys,
  readSuccess,
  readVoid,
  writeFailure,
  writeStateKeys,
  writeValue,
  writeVoid,
} from "./codec-values.ts";
import type { CompletionKind, Notification, NotificationResult } from "./messages.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { ProtocolVersion } from "./versions.ts";
import type { WireReader } from "./wire-reader.ts";
import type { WireWriter } from "./wire-writer.ts";

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

export function encodeNotification(
  writer: WireWriter,
  message: Notification,
  version: ProtocolVersion,
): void {
  requireResult(message.type === "Signal" ? "Signal" : message.kind, message.result);
  if (message.type === "Completion") writer.uint32Always(1, message.completionId);
  else if (typeof message.signal === "number") writer.uint32Always(2, message.signal);
  else writer.textAlways(3, message.signal);
  writeResult(writer, message.result, version);
}

function writeResult(writer: WireWriter, result: NotificationResult, version: ProtocolVersion): void {
  switch (result.type) {
    case "void":
      writeVoid(writer, 4);
      return;
    case "success":
      writeValue(writer, 5, result.value);
      return;
    case "failure":
      writeFailure(writer, 6, { failure: result.failure, version });
      return;
    case "invocationId":
      writer.textAlways(16, result.invocationId);
      return;
    case "stateKeys":
      writeStateKeys(writer, 17, result.keys);
      return;
  }
}

export function decodeNotification(kind: NotificationKind, reader: WireReader): Notification {
  let completionId: number | undefined;
  let signal: number | string | undefined;
  let result: NotificationResult | undefined;
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        completionId = reader.uint32();
        signal = undefined;
        break;
      case 2:
        signal = reader.uint32();
        completionId = undefined;
        break;
      case 3:
        signal = reader.text("The name of a signal");
        completionId = undefined;
        break;
      default:
        result = readResult(reader, result);
    }
  }
  if (result === undefined) throw missing(`The result of ${describe(kind)}`);
  requireResult(kind, result);
  if (completionId !== undefined) {
    if (kind === "Signal") throw new ProtocolError("The id of a signal has to be an index or a name");
    return { type: "Completion", kind, completionId, result };
  }
  if (signal === undefined) throw missing(`The id of ${describe(kind)}`);
  if (kind !== "Signal" && kind !== undefined) {
    throw new ProtocolError(`The id of ${describe(kind)} has to be a completion id, not a signal`);
  }
  return { type: "Signal", signal, result };
}

/** The result after this field, which may be none of a result. */
function readResult(
  reader: WireReader,
  before: NotificationResult | undefined,
): NotificationResult | undefined {
  switch (reader.field) {
    case 4:
      readVoid(reader);
      return VOID;
    case 5:
      return readSuccess(reader, before);
    case 6:
      return readFailed(reader, before);
    case 16:
      return { type: "invocationId", invocationId: reader.text("An invocation id") };
    case 17: {
      const keys = before?.type === "stateKeys" ? (before.keys as string[]) : [];
      readStateKeys(reader, keys);
      return { type: "stateKeys", keys };
    }
    default:
      reader.skip();
      return before;
  }
}

const VOID: NotificationResult = Object.freeze({ type: "void" });

function requireResult(kind: NotificationKind, result: NotificationResult): void {
  if (kind === undefined || RESULTS_ALLOWED[kind].includes(result.type)) return;
  throw new ProtocolError(`A result of type ${result.type} is not allowed in ${describe(kind)}`);
}

function describe(kind: NotificationKind): string {
  if (kind === undefined) return "a notification of unknown type";
  return kind === "Signal" ? "a signal" : `a ${kind} completion`;
}
