import type { GenericCall, GenericSend } from "../definition/calls.ts";
import type { Duration } from "../definition/duration.ts";
import type {
  InvocationHandle,
  InvocationId,
  InvocationPromise,
  RestatePromise,
} from "../definition/promises.ts";
import type { Durable } from "../journal/durable.ts";
import type { CommandTarget } from "../journal/journal.ts";
import { binarySerde } from "../serde/binary.ts";
import type { Serde } from "../serde/serde.ts";
import type { ContextCore } from "./core.ts";
import { decodeValue, serialize } from "./payload.ts";
import { pointInTime } from "./timers.ts";
import {
  checkDisplayName,
  checkDuration,
  checkHeaders,
  checkIdempotencyKey,
  checkLimitKey,
  checkName,
  checkScope,
  checkString,
} from "./validation.ts";
import { requireVersion } from "./versions.ts";

/** A request to another handler, before it is checked. */
export interface HandlerRequest {
  readonly service: string;
  readonly method: string;
  readonly key?: string | undefined;
  readonly parameter: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly scope?: string | undefined;
  readonly limitKey?: string | undefined;
  readonly name?: string | undefined;
}

export interface CallSerdes<T> {
  readonly input: Serde<unknown>;
  readonly output: Serde<T>;
}

export function call<T>(
  core: ContextCore,
  request: HandlerRequest,
  { input, output }: CallSerdes<T>,
): InvocationPromise<T> {
  const target = toTarget(core, request, { input, type: "Call" });
  return core.journal.call(target, decodeValue(output)) as unknown as InvocationPromise<T>;
}

export interface SendDetails {
  readonly input: Serde<unknown>;
  readonly delay: Duration | number | undefined;
}

export function send(
  core: ContextCore,
  request: HandlerRequest,
  { input, delay }: SendDetails,
): InvocationHandle {
  const delayMs = delay === undefined ? 0 : checkDuration(core.handler, "The delay of a send", delay);
  const target = toTarget(core, request, { input, type: "OneWayCall" });
  const invokeTimeMs = delayMs > 0 ? pointInTime(core, delayMs) : 0;
  const invocationId = core.journal.send(target, invokeTimeMs);
  return { invocationId: asInvocationId(invocationId) };
}

/** The engine made it, so it is one. */
function asInvocationId(id: Durable<string>): RestatePromise<InvocationId> {
  return id as Durable<unknown> as Durable<InvocationId>;
}

export function genericCall<REQ, RES>(
  core: ContextCore,
  request: GenericCall<REQ, RES>,
): InvocationPromise<RES> {
  const output = request.outputSerde ?? (binarySerde as Serde<unknown> as Serde<RES>);
  return call(core, request, { input: inputSerdeOf(request), output });
}

export function genericSend<REQ>(core: ContextCore, request: GenericSend<REQ>): InvocationHandle {
  return send(core, request, { input: inputSerdeOf(request), delay: request.delay });
}

function inputSerdeOf<REQ>({ inputSerde }: { readonly inputSerde?: Serde<REQ> }): Serde<unknown> {
  return (inputSerde ?? binarySerde) as Serde<unknown>;
}

function toTarget(
  core: ContextCore,
  request: HandlerRequest,
  { input, type }: { readonly input: Serde<unknown>; readonly type: "Call" | "OneWayCall" },
): CommandTarget {
  const { handler } = core;
  const scope = request.scope === undefined ? undefined : checkScope(handler, request.scope);
  if (scope !== undefined) requireVersion(core, "A scope");
  const limitKey =
    request.limitKey === undefined ? undefined : checkLimitKey(handler, request.limitKey, scope);
  const name = checkDisplayName(handler, request.name);
  return {
    service: checkName(
      handler,
      "The called service",
      request.service,
      "Pass the service's definition or its name.",
    ),
    handler: checkName(handler, "The called handler", request.method, "Pass the handler's name."),
    key:
      request.key === undefined
        ? ""
        : checkString(handler, "The called key", request.key, "Keys are text: String(id)."),
    headers: checkHeaders(handler, request.headers),
    idempotencyKey: checkIdempotencyKey(handler, request.idempotencyKey),
    scope,
    limitKey,
    name,
    parameter: serialize(core, input, request.parameter, { type, name }),
  };
}
