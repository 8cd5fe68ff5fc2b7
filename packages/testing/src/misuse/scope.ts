import { AsyncLocalStorage } from "node:async_hooks";
import type { GuardedCall } from "./guarded-calls.ts";

/**
 * Whose code runs, across awaits.
 *
 * 1. Handlers and closures of runs have a scope; tests, hooks, loggers and what is ours have none.
 */
export interface Scope {
  /** The run whose closure it is; `undefined` in the handler itself. */
  readonly run: string | undefined;
  readonly isAllowed: boolean;
  readonly attempt: AttemptScope;
}

/** The attempt that the code belongs to. */
export interface AttemptScope {
  /** Whether somebody still wants to know. */
  readonly isOpen: boolean;
  /** The handler has called something that a replay does not repeat. May throw. */
  called(call: GuardedCall, line: string): void;
}

const storage = new AsyncLocalStorage<Scope | undefined>();

export function currentScope(): Scope | undefined {
  return storage.getStore();
}

export function inScope<T>(scope: Scope, action: () => T): T {
  return storage.run(scope, action);
}

/** Calls what belongs to no handler, though it may be called from one. */
export function outsideOfScopes<T>(action: () => T): T {
  return storage.run(undefined, action);
}

/**
 * Calls `action`, in which a handler may use the clock, random numbers, timers and `fetch`
 * without being reported. For code that only tests run, such as replacements; a handler
 * says it by a comment, `// perdure-allow`, on the line or the one above.
 *
 * @example
 * const startedAt = allow(() => Date.now());
 */
export function allow<T>(action: () => T): T {
  const scope = currentScope();
  return scope === undefined ? action() : inScope({ ...scope, isAllowed: true }, action);
}
