import type { InvocationId } from "./promises.ts";

/** Which handler was invoked. `String(target)` is `service/handler` or `service/key/handler`. */
export interface Target {
  readonly service: string;
  readonly handler: string;
  /** Of an object or a workflow. */
  readonly key?: string;
  toString(): string;
}

/** The request that started an invocation, and what belongs to the current attempt at it. */
export interface Request {
  readonly target: Target;
  /** Unique among all invocations, the same in every attempt. */
  readonly id: InvocationId;
  /** The headers the caller sent, names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** The headers of this attempt's own request, for example the W3C trace context. They change with each attempt. */
  readonly attemptHeaders: ReadonlyMap<string, string | string[] | undefined>;
  /** The request's body, before any serde. */
  readonly body: Uint8Array;
  /**
   * What the runtime passes along with a request: `[context]` on Lambda, the
   * arguments after the request in a fetch handler, `[]` on Node. It may change
   * with each attempt: decide nothing by it outside `ctx.run`.
   */
  readonly extraArgs: unknown[];
  /** The idempotency key of the request, if it had one. Known from protocol v7 on. */
  readonly idempotencyKey?: string;
  /** The scope the request was made in. Known from protocol v7 on. */
  readonly scope?: string;
  /** The limit key of the request. Known from protocol v7 on. */
  readonly limitKey?: string;
  /** Aborts when this attempt ends, however it ends: the place to release connections and the like. */
  readonly attemptCompletedSignal: AbortSignal;
}
