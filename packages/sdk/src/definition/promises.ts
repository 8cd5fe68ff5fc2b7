import type { TerminalError } from "../errors.ts";
import type { Duration } from "./duration.ts";

/**
 * The promises a handler gets from `ctx`. Types only; the journal makes them.
 */

/**
 * A promise whose result is kept in the journal: a replay settles it with the
 * same result, and in the same order among all others, as the first time.
 *
 * It does nothing until someone awaits it, so an unused one never causes an
 * unhandled rejection. The native `Promise.all`, `race`, `any` and `allSettled`
 * replay just as well as those of the `RestatePromise` object.
 *
 * @example
 * const answer = await ctx.serviceClient(pricing).quote(item).orTimeout({ seconds: 5 });
 */
export type RestatePromise<T> = Promise<T> & {
  /**
   * A promise that settles like this one, or rejects with `TimeoutError` (408)
   * after `duration` (milliseconds when a number, a lower bound). The timer is
   * journaled at once. What this promise stands for goes on after the timeout.
   */
  orTimeout(duration: Duration | number): RestatePromise<T>;
  /**
   * A promise of what `mapper` makes of this promise's end. `mapper` runs at most
   * once, and only if someone awaits the new promise: with the value, or with
   * `undefined` and the failure. What it returns resolves the new promise, a
   * `TerminalError` it throws rejects it; any other error fails the attempt,
   * which is retried.
   *
   * @example
   * const cents = ctx.serviceClient(pricing).quote(item).map((quote) => quote?.cents ?? 0);
   */
  map<U>(mapper: (value?: T, failure?: TerminalError) => U): RestatePromise<Awaited<U>>;
};

/** The id of an invocation, `inv_` and what follows. Made from a string by `InvocationIdParser.fromString`. */
export type InvocationId = string & { __brand: "InvocationId" };

/** What a send returns. */
export interface InvocationHandle {
  /** The id the engine gave to the invocation that was started. Awaiting it may suspend the handler. */
  readonly invocationId: RestatePromise<InvocationId>;
}

/** What a call returns: its result, and the id of the invocation behind it. */
export type InvocationPromise<T> = RestatePromise<T> & InvocationHandle;

/**
 * A promise that belongs to a workflow instance: any of its handlers may wait
 * for it, resolve it or reject it. See `WorkflowSharedContext.promise`.
 *
 * It may be awaited itself; to combine it with others use {@link DurablePromise.get}.
 */
export type DurablePromise<T> = Promise<T> & {
  /** The value if there is one by now, `undefined` if not. Rejects if the promise was rejected. */
  peek(): RestatePromise<T | undefined>;
  /** Resolves the promise. Rejects with a `TerminalError` (409) if it was completed before. */
  resolve(value?: T): RestatePromise<void>;
  /** Rejects the promise with a `TerminalError` (500). Rejects itself with 409 if it was completed before. */
  reject(errorMsg: string): RestatePromise<void>;
  /** Waits for the promise, combinable with other `RestatePromise`s. */
  get(): RestatePromise<T>;
};
