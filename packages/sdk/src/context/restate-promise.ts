import type { RestatePromise as RestatePromiseType } from "../definition/promises.ts";
import type { TerminalError } from "../errors.ts";
import { all, allSettled, any, isDurable, race, rejected, resolved } from "../journal/combinators.ts";

/** See the type's own page: a promise of `ctx`, replayed from the journal. */
export type RestatePromise<T> = RestatePromiseType<T>;

type Members = readonly RestatePromiseType<unknown>[];

/** The combinators of durable promises. The native ones of `Promise` replay just as well. */
export interface RestatePromiseConstructor {
  /** A promise that is fulfilled already. A promise of `ctx` is given back as it is. */
  resolve<T>(value: T): RestatePromiseType<Awaited<T>>;
  reject<T = never>(reason: TerminalError): RestatePromiseType<T>;
  /** Rejects with the first failure. */
  all<const T extends Members>(values: T): RestatePromiseType<{ -readonly [P in keyof T]: Awaited<T[P]> }>;
  /** Settles as the first that settles in the order of the journal. */
  race<const T extends Members>(values: T): RestatePromiseType<Awaited<T[number]>>;
  /** Fulfils with the first success; rejects with an AggregateError when all fail. */
  any<const T extends Members>(values: T): RestatePromiseType<Awaited<T[number]>>;
  allSettled<const T extends Members>(
    values: T,
  ): RestatePromiseType<{ -readonly [P in keyof T]: PromiseSettledResult<Awaited<T[P]>> }>;
}

/**
 * Combinators for durable promises, by the names that users of the Restate SDK
 * know. A member that is no durable promise is refused with a `TypeError`.
 *
 * @example
 * const [a, b] = await RestatePromise.all([ctx.sleep(10), client.greet("Mary")]);
 */
export const RestatePromise: RestatePromiseConstructor = {
  resolve: resolved,
  reject: rejected,
  all,
  race,
  any,
  allSettled,
} as unknown as RestatePromiseConstructor;

/** Whether `promise` came from `ctx` or from a combinator of such. */
export function isRestatePromise<T>(promise: Promise<T>): promise is RestatePromiseType<T> {
  return isDurable(promise);
}
