import { create } from "@bufbuild/protobuf";
import * as wire from "./generated/perdure/protocol_pb.ts";
import type { Bytes, Failure, Header, InvocationTarget, Outcome, SignalResult } from "./messages.ts";
import { ProtocolError, UNSUPPORTED_FEATURE_CODE } from "./protocol-error.ts";
import { decodeText, decodeTextIfSet, encodeText, encodeTextIfSet } from "./text.ts";
import type { ProtocolVersion } from "./versions.ts";

/** The values that several messages carry: results, failures, headers, targets, times. */

/** A `oneof` as the generated code has it: nothing set, or a case with its value. */
type WireResult =
  | { readonly case: "void"; readonly value: wire.Void }
  | { readonly case: "value"; readonly value: wire.Value }
  | { readonly case: "failure"; readonly value: wire.Failure }
  | { readonly case: undefined; readonly value?: undefined };

/** @throws ProtocolError with code 573 if the version is too old for `what`. */
export function requireVersion(version: ProtocolVersion, needed: ProtocolVersion, what: string): void {
  if (version >= needed) return;
  throw new ProtocolError(`${what} needs protocol version ${needed}, this invocation runs with ${version}`, {
    errorCode: UNSUPPORTED_FEATURE_CODE,
    hint: "Do without it, or upgrade the server and register the deployment again.",
  });
}

/**
 * An init for `create`, which takes a field that is `undefined` as unset, although
 * its types, read exactly, would have it left out.
 */
export function unsetIfUndefined<T extends object>(init: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return init as { [K in keyof T]?: Exclude<T[K], undefined> };
}

export function missing(what: string): ProtocolError {
  return new ProtocolError(`${what} is missing`);
}

export function toWireValue(content: Bytes): wire.Value {
  return create(wire.ValueSchema, { content });
}

export function toWireFailure(failure: Failure, version: ProtocolVersion): wire.Failure {
  const metadata = Object.entries(failure.metadata ?? {});
  if (metadata.length > 0) requireVersion(version, 6, "Metadata of a failure");
  return create(wire.FailureSchema, {
    code: failure.code,
    message: encodeText(failure.message),
    metadata: metadata.map(([key, value]) =>
      create(wire.FailureMetadataSchema, { key: encodeText(key), value: encodeText(value) }),
    ),
  });
}

export function fromWireFailure(failure: wire.Failure): Failure {
  const message = decodeText(failure.message, "A failure's message");
  if (failure.metadata.length === 0) return { code: failure.code, message };
  // Not assigned key by key: a key may be "__proto__".
  const metadata = Object.fromEntries(
    failure.metadata.map((entry) => [
      decodeText(entry.key, "A key of a failure's metadata"),
      decodeText(entry.value, "A value of a failure's metadata"),
    ]),
  );
  return { code: failure.code, message, metadata };
}

export function toWireOutcome(
  outcome: Outcome,
  version: ProtocolVersion,
): { case: "value"; value: wire.Value } | { case: "failure"; value: wire.Failure } {
  return outcome.type === "success"
    ? { case: "value", value: toWireValue(outcome.value) }
    : { case: "failure", value: toWireFailure(outcome.failure, version) };
}

export function fromWireOutcome(result: WireResult, message: string): Outcome {
  const outcome = fromWireSignalResult(result, message);
  if (outcome.type === "void") throw missing(`The result of ${message}`);
  return outcome;
}

export function toWireSignalResult(
  result: SignalResult,
  version: ProtocolVersion,
):
  | { case: "void"; value: wire.Void }
  | { case: "value"; value: wire.Value }
  | { case: "failure"; value: wire.Failure } {
  return result.type === "void"
    ? { case: "void", value: create(wire.VoidSchema) }
    : toWireOutcome(result, version);
}

export function fromWireSignalResult(result: WireResult, message: string): SignalResult {
  switch (result.case) {
    case "void":
      return { type: "void" };
    case "value":
      return { type: "success", value: result.value.content };
    case "failure":
      return { type: "failure", failure: fromWireFailure(result.value) };
    case undefined:
      throw missing(`The result of ${message}`);
  }
}

export function toWireHeaders(headers: readonly Header[]): wire.Header[] {
  return headers.map((header) =>
    create(wire.HeaderSchema, { key: encodeText(header.key), value: encodeText(header.value) }),
  );
}

export function fromWireHeaders(headers: readonly wire.Header[]): Header[] {
  return headers.map((header) => ({
    key: decodeText(header.key, "A header's key"),
    value: decodeText(header.value, "A header's value"),
  }));
}

type WireTarget = wire.AttachInvocationCommand["target"];

export function toWireTarget(
  target: InvocationTarget,
  version: ProtocolVersion,
): Exclude<WireTarget, { case: undefined }> {
  if (target.type === "invocation") {
    return { case: "invocationId", value: encodeText(target.invocationId) };
  }
  if (target.scope !== undefined) requireVersion(version, 7, "A scope");
  const scope = encodeTextIfSet(target.scope);
  if (target.type === "workflow") {
    const workflowName = encodeText(target.workflow);
    const workflowKey = encodeText(target.key);
    const value = create(wire.WorkflowTargetSchema, unsetIfUndefined({ workflowName, workflowKey, scope }));
    return { case: "workflowTarget", value };
  }
  const init = unsetIfUndefined({
    serviceName: encodeText(target.service),
    serviceKey: encodeTextIfSet(target.key),
    handlerName: encodeText(target.handler),
    idempotencyKey: encodeText(target.idempotencyKey),
    scope,
  });
  const value = create(wire.IdempotentRequestTargetSchema, init);
  return { case: "idempotentRequestTarget", value };
}

export function fromWireTarget(target: WireTarget, message: string): InvocationTarget {
  switch (target.case) {
    case "invocationId":
      return { type: "invocation", invocationId: decodeText(target.value, "An invocation id") };
    case "idempotentRequestTarget":
      return {
        type: "idempotent",
        service: decodeText(target.value.serviceName, "A target's service"),
        key: decodeTextIfSet(target.value.serviceKey, "A target's key"),
        handler: decodeText(target.value.handlerName, "A target's handler"),
        idempotencyKey: decodeText(target.value.idempotencyKey, "A target's idempotency key"),
        scope: decodeTextIfSet(target.value.scope, "A target's scope"),
      };
    case "workflowTarget":
      return {
        type: "workflow",
        workflow: decodeText(target.value.workflowName, "A target's workflow"),
        key: decodeText(target.value.workflowKey, "A target's key"),
        scope: decodeTextIfSet(target.value.scope, "A target's scope"),
      };
    case undefined:
      throw missing(`The target of ${message}`);
  }
}

/** @throws ProtocolError if `ms` is not a whole number of milliseconds from 0 on. */
export function toWireMillis(ms: number, what: string): bigint {
  if (Number.isSafeInteger(ms) && ms >= 0) return BigInt(ms);
  throw new ProtocolError(`${what} has to be a whole number of milliseconds from 0 on, got ${ms}`, {
    errorCode: 500,
  });
}

const MILLIS_MAX = BigInt(Number.MAX_SAFE_INTEGER);

/** What doesn't fit a number exactly, some 285,000 years, is cut down to what does. */
export function fromWireMillis(ms: bigint): number {
  return Number(ms > MILLIS_MAX ? MILLIS_MAX : ms);
}
