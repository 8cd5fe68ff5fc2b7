import type { ResultTarget } from "../engine-api.ts";
import type { HandlerInfo, ServiceInfo } from "../registry/service-info.ts";
import { badPath, handlerNotFound, notFound, serviceNotFound } from "./ingress-error.ts";
import { decodeSegment } from "./segment.ts";

/**
 * What a path asks for. Whether it holds a key depends on the kind of the service
 * it names, so services are looked up on the way.
 *
 * 1. Slashes at both ends don't count; those between do, so that a key may be empty.
 * 2. Keys and scopes are percent-decoded; names, ids and idempotency keys are not.
 */
export type IngressRoute =
  | { readonly type: "health" }
  | InvokeRoute
  | {
      readonly type: "resultById";
      readonly verb: ResultVerb;
      readonly invocationId: string;
    }
  | { readonly type: "resultByTarget"; readonly verb: ResultVerb; readonly target: ResultTarget }
  | { readonly type: "byBody"; readonly verb: ResultVerb | "lookup" }
  | { readonly type: "awakeable"; readonly verb: "resolve" | "reject"; readonly id: string };

export interface InvokeRoute {
  readonly type: "invoke";
  readonly verb: "call" | "send";
  readonly service: ServiceInfo;
  readonly handler: HandlerInfo;
  readonly key: string | undefined;
  /** As it stands in the path; not checked. */
  readonly scope: string | undefined;
}

export type ResultVerb = "attach" | "output";

export type FindService = (name: string) => ServiceInfo | undefined;

const SEGMENTS_MIN = 2;
const SEGMENTS_MAX = 7;

const EXPECT_TARGET = ", expected either /:service-name/:handler or /:object-name/:object-key/:handler";
const EXPECT_RESTATE =
  ", expected /restate/call/:service/:handler, /restate/send/:service/:handler, " +
  "/restate/scope/:scope/call/:service/:handler, /restate/attach/:invocation_id, " +
  "/restate/output/:invocation_id, or /restate/lookup";
const EXPECT_INVOCATION =
  ", expected either /restate/invocation/:invocation_id/output or /restate/invocation/:invocation_id/attach " +
  "or /restate/invocation/:invocation_target/:idempotency_key/output " +
  "or /restate/invocation/:invocation_target/:idempotency_key/attach";
const EXPECT_WORKFLOW =
  ", expected either /restate/workflow/:workflow_name/:workflow_key/output " +
  "or /restate/workflow/:workflow_name/:workflow_key/attach";
const EXPECT_AWAKEABLE =
  ", expected either /restate/awakeables/:id/resolve or /restate/awakeables/:id/reject";

/** @throws IngressError */
export function parsePath(path: string, findService: FindService): IngressRoute {
  const trimmed = path.replace(/^\/+|\/+$/g, "");
  const segments = trimmed.split("/");
  if (segments.length < SEGMENTS_MIN || segments.length > SEGMENTS_MAX) {
    throw badPath(`: ${path.startsWith("/") || path === "" ? "/" : ""}${trimmed}`);
  }
  const [first = "", ...rest] = segments;
  if (first === "restate") return parseRestatePath(rest, findService);
  if (first === "openapi") throw notFound();
  return parseLegacyInvoke(findOrThrow(findService, first), rest);
}

function parseRestatePath([first = "", ...rest]: readonly string[], findService: FindService): IngressRoute {
  switch (first) {
    case "health":
      return { type: "health" };
    case "call":
    case "send":
      return parseInvoke(first, rest, { findService, scope: undefined });
    case "scope":
      return parseScoped(rest, findService);
    case "attach":
    case "output":
      if (rest.length > 1) throw badPath(EXPECT_RESTATE);
      return rest[0] === undefined
        ? { type: "byBody", verb: first }
        : { type: "resultById", verb: first, invocationId: rest[0] };
    case "lookup":
      if (rest.length > 0) throw badPath(EXPECT_RESTATE);
      return { type: "byBody", verb: first };
    case "awakeables":
    case "a":
      return parseAwakeable(rest);
    case "invocation":
      return parseInvocation(rest, findService);
    case "workflow":
      return parseWorkflow(rest);
    default:
      throw notFound();
  }
}

function parseScoped([scope, verb, ...rest]: readonly string[], findService: FindService): IngressRoute {
  if (scope === undefined || (verb !== "call" && verb !== "send")) throw badPath(EXPECT_RESTATE);
  return parseInvoke(verb, rest, { findService, scope: decodeSegment(scope) });
}

function parseInvoke(
  verb: "call" | "send",
  [name, ...rest]: readonly string[],
  { findService, scope }: { readonly findService: FindService; readonly scope: string | undefined },
): InvokeRoute {
  if (name === undefined || rest.length === 0) throw badPath(EXPECT_RESTATE);
  const service = findOrThrow(findService, name);
  const { key, rest: afterKey } = takeKey(service, rest, EXPECT_RESTATE);
  const [handler, ...more] = afterKey;
  if (handler === undefined || more.length > 0) throw badPath(EXPECT_RESTATE);
  return { type: "invoke", verb, service, handler: findHandler(service, handler), key, scope };
}

function parseLegacyInvoke(service: ServiceInfo, segments: readonly string[]): InvokeRoute {
  const { key, rest } = takeKey(service, segments, EXPECT_TARGET);
  const [handler, verb, ...more] = rest;
  if (handler === undefined || (verb !== undefined && verb !== "send") || more.length > 0) {
    throw badPath(EXPECT_TARGET);
  }
  return {
    type: "invoke",
    verb: verb ?? "call",
    service,
    handler: findHandler(service, handler),
    key,
    scope: undefined,
  };
}

function parseAwakeable([id, verb]: readonly string[]): IngressRoute {
  if (id === undefined || verb === undefined) throw badPath(EXPECT_AWAKEABLE);
  if (verb !== "resolve" && verb !== "reject") throw notFound();
  return { type: "awakeable", verb, id };
}

/** By id, or by what names an idempotent invocation. */
function parseInvocation(segments: readonly string[], findService: FindService): IngressRoute {
  const [first, second] = segments;
  if (first === undefined || second === undefined) throw badPath(EXPECT_INVOCATION);
  if (segments.length === 2) {
    return { type: "resultById", verb: toResultVerb(second), invocationId: first };
  }
  const service = findOrThrow(findService, first);
  const { key, rest } = takeKey(service, segments.slice(1), EXPECT_INVOCATION);
  const [handler, idempotencyKey, verb] = rest;
  if (handler === undefined || idempotencyKey === undefined || verb === undefined) {
    throw badPath(EXPECT_INVOCATION);
  }
  const target = { type: "idempotent", service: service.name, key, handler, idempotencyKey } as const;
  return { type: "resultByTarget", verb: toResultVerb(verb), target };
}

function parseWorkflow([service, key, verb]: readonly string[]): IngressRoute {
  if (service === undefined || key === undefined || verb === undefined) throw badPath(EXPECT_WORKFLOW);
  const target = { type: "workflow", service, key: decodeSegment(key) } as const;
  return { type: "resultByTarget", verb: toResultVerb(verb), target };
}

function toResultVerb(verb: string): ResultVerb {
  if (verb !== "attach" && verb !== "output") throw notFound();
  return verb;
}

function findOrThrow(findService: FindService, name: string): ServiceInfo {
  const service = findService(name);
  if (service === undefined) throw serviceNotFound(name);
  return service;
}

function findHandler(service: ServiceInfo, name: string): HandlerInfo {
  const handler = service.handlers.get(name);
  if (handler === undefined) throw handlerNotFound(service.name, name);
  return handler;
}

/** Takes the key off, if the service has keys. */
function takeKey(
  service: ServiceInfo,
  segments: readonly string[],
  expected: string,
): { readonly key: string | undefined; readonly rest: readonly string[] } {
  if (service.kind === "service") return { key: undefined, rest: segments };
  const [key, ...rest] = segments;
  if (key === undefined) throw badPath(expected);
  return { key: decodeSegment(key), rest };
}
