import type { Request } from "./request.ts";

/**
 * Wraps the execution of a handler and of its runs. An interceptor is part of
 * the invocation: a `TerminalError` it throws fails the invocation, any other
 * error makes it retry, before and after `next()` alike.
 *
 * `next()` must be called exactly once. It gives no result and takes none, so an
 * interceptor cannot change one; it may throw another error than it caught. When
 * the attempt is suspended `next()` rejects too: clean up and rethrow.
 *
 * @example
 * const timing: HooksProvider = ({ request }) => ({
 *   interceptor: {
 *     handler: async (next) => {
 *       const start = performance.now();
 *       try {
 *         await next();
 *       } finally {
 *         console.log(`${request.target} took ${performance.now() - start} ms`);
 *       }
 *     },
 *   },
 * });
 */
export interface Interceptor {
  /** Around the handler, in every attempt. */
  readonly handler?: ((next: () => Promise<void>) => Promise<void>) | undefined;
  /** Around each `ctx.run` closure that is really run; a run answered by the journal is not. */
  readonly run?: ((name: string, next: () => Promise<void>) => Promise<void>) | undefined;
}

/** What a {@link HooksProvider} gives for one attempt. */
export interface Hooks {
  readonly interceptor?: Interceptor | undefined;
}

/** Called at the start of every attempt. If it throws, the attempt fails as if the handler had thrown. */
export type HooksProvider = (ctx: { request: Request }) => Hooks;
