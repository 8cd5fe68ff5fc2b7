import { type Duration, toMillis } from "../definition/duration.ts";

/**
 * What a request is aimed at, and its path.
 *
 * Requests use `/restate/call/…` and `/restate/send/…`, not the shorter form
 * without the prefix: there a handler named `send`, or an object whose key is
 * `restate`, could not be told from the syntax. Results are asked for by a body
 * that names the target, not by a path: the server does not percent-decode an
 * idempotency key in a path, and only the body can carry a scope.
 * (Restate Server 1.7.)
 */

export interface HandlerTarget {
  readonly service: string;
  readonly handler: string;
  /** Of the object or workflow; absent for services. The empty string is a key. */
  readonly key?: string | undefined;
  readonly scope?: string | undefined;
}

/** `service/handler` or `service/key/handler`, for messages. */
export function describeTarget({ service, key, handler }: HandlerTarget): string {
  return [service, ...(key === undefined ? [] : [JSON.stringify(key)]), handler].join("/");
}

/** The path of a call or send, from the ingress's root on. Throws a `TypeError` for a part no path can carry. */
export function toRequestPath(verb: "call" | "send", target: HandlerTarget): string {
  const parts = [
    "/restate",
    ...(target.scope === undefined ? [] : ["scope", toSegment("scope", target.scope)]),
    verb,
    toSegment("service name", target.service),
    ...(target.key === undefined ? [] : [toSegment("key", target.key)]),
    toSegment("handler name", target.handler),
  ];
  return parts.join("/");
}

function toSegment(what: string, value: string): string {
  // URLs drop these two even when they are percent-encoded.
  if (value === "." || value === "..") {
    throw new TypeError(`the ${what} "${value}" cannot be part of a URL; use another one`);
  }
  try {
    return encodeURIComponent(value);
  } catch (cause) {
    throw new TypeError(`the ${what} ${JSON.stringify(value)} is not well-formed Unicode`, { cause });
  }
}

/** What a result is asked for: the body of `POST /restate/attach` and `/restate/output`. */
export type ResultTarget =
  | { readonly target: "invocation"; readonly invocationId: string }
  | {
      readonly target: "workflow";
      readonly workflowName: string;
      readonly workflowKey: string;
      readonly scope?: string | undefined;
    }
  | {
      readonly target: "idempotentInvocation";
      readonly service: string;
      readonly key?: string | undefined;
      readonly handler: string;
      readonly idempotencyKey: string;
      readonly scope?: string | undefined;
    };

export function describeResultTarget(target: ResultTarget): string {
  switch (target.target) {
    case "invocation":
      return target.invocationId;
    case "workflow":
      return `${target.workflowName}/${JSON.stringify(target.workflowKey)}`;
    case "idempotentInvocation":
      return `${describeTarget(target)} with idempotency key ${JSON.stringify(target.idempotencyKey)}`;
  }
}

/** One label of a scope or limit key. */
const LABEL = /^[a-zA-Z0-9_.-]{1,36}$/;

export function checkScope(scope: unknown): string {
  if (typeof scope === "string" && LABEL.test(scope)) return scope;
  throw new TypeError(
    `scope: ${JSON.stringify(scope)} is not a scope; use 1 to 36 of the characters a-z A-Z 0-9 _ . -`,
  );
}

export function checkLimitKey(limitKey: string, target: HandlerTarget): string {
  const levels = limitKey.split("/");
  if (levels.length > 2 || !levels.every((level) => LABEL.test(level))) {
    throw new TypeError(
      `limitKey: ${JSON.stringify(limitKey)} is not a limit key; use one or two levels parted by "/", ` +
        "each 1 to 36 of the characters a-z A-Z 0-9 _ . -",
    );
  }
  if (target.scope === undefined) {
    throw new TypeError(
      `limitKey: a limit key needs a scope; call ${describeTarget(target)} by ingress.scope("…")`,
    );
  }
  return limitKey;
}

/** A header carries it, so it has no control characters, and what is trimmed on the way would make another key. */
const IDEMPOTENCY_KEY = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;

export function checkIdempotencyKey(idempotencyKey: unknown): string {
  if (typeof idempotencyKey === "string" && IDEMPOTENCY_KEY.test(idempotencyKey)) return idempotencyKey;
  throw new TypeError(
    `idempotencyKey: ${JSON.stringify(idempotencyKey)} cannot be an idempotency key; ` +
      "it must be a string of printable ASCII, not empty and without spaces at its ends",
  );
}

export function checkKey(what: string, service: string, key: unknown): string {
  if (typeof key === "string") return key;
  throw new TypeError(`${what}: ${JSON.stringify(service)} needs a key, and the key must be a string`);
}

/** The `delay` query of a send, empty when it starts at once. */
export function toDelayQuery(delay: Duration | number | undefined): string {
  if (delay === undefined) return "";
  const ms = toMillis(delay);
  if (!(ms >= 0 && Number.isFinite(ms))) {
    throw new TypeError(
      `delay: ${JSON.stringify(delay)} is not a delay; use milliseconds or parts, not negative`,
    );
  }
  return ms === 0 ? "" : `?delay=${Math.ceil(ms)}ms`;
}
