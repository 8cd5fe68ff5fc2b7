import * as modules from "node:module";
import { isAuthorFrame, toFrames } from "@perdure/sdk/internal";
import { findGuardedPlaces, type GuardedCall, NEW_DATE } from "./guarded-calls.ts";
import { currentScope } from "./scope.ts";

/**
 * The functions of the runtime that handlers are not to call outside of a run.
 *
 * 1. They are wrapped while somebody guards, and put back as they were when the last has gone.
 * 2. A wrapped function does what it did. Only a call that stands in the author's own code is
 *    told, and only where the code is a handler's and no run's.
 * 3. Who has put something else in the place meanwhile, such as fake timers, is left alone.
 */
let guards = 0;
let restore: (() => void) | undefined;

/** Guards until the function that is returned is called. */
export function installGlobalGuards(): () => void {
  if (guards === 0) restore = install();
  guards += 1;
  let isReleased = false;
  return () => {
    if (isReleased) return;
    isReleased = true;
    guards -= 1;
    if (guards > 0) return;
    restore?.();
    restore = undefined;
  };
}

type Callable = (...args: unknown[]) => unknown;

function install(): () => void {
  /** What stands in two places stays the same in both. */
  const wrapped = new Map<unknown, unknown>();
  const undo: (() => void)[] = [];
  const replace = (holder: object, key: string, wrap: (original: Callable) => unknown): void => {
    const descriptor = Object.getOwnPropertyDescriptor(holder, key);
    if (typeof descriptor?.value !== "function" || !descriptor.configurable) return;
    const original: unknown = descriptor.value;
    const value = wrapped.get(original) ?? wrap(original as Callable);
    wrapped.set(original, value);
    Object.defineProperty(holder, key, { ...descriptor, value });
    undo.push(() => {
      if (Object.getOwnPropertyDescriptor(holder, key)?.value !== value) return;
      Object.defineProperty(holder, key, descriptor);
    });
  };
  for (const place of findGuardedPlaces()) {
    replace(place.holder, place.key, (original) => wrapFunction(original, place));
  }
  replace(globalThis, "Date", wrapDate);
  modules.syncBuiltinESMExports();
  return () => {
    for (const one of undo) one();
    modules.syncBuiltinESMExports();
  };
}

function wrapFunction(original: Callable, call: GuardedCall): Callable {
  const apply = (target: Callable, self: unknown, args: unknown[]): unknown => {
    check(call, apply);
    return Reflect.apply(target, self, args);
  };
  return new Proxy(original, { apply });
}

function wrapDate(original: Callable): unknown {
  const construct = (target: Callable, args: unknown[], newTarget: Callable): object => {
    if (args.length === 0) check(NEW_DATE, construct);
    return Reflect.construct(target, args, newTarget) as object;
  };
  const apply = (target: Callable, self: unknown, args: unknown[]): unknown => {
    check(NEW_DATE, apply);
    return Reflect.apply(target, self, args);
  };
  return new Proxy(original, { apply, construct });
}

function check(call: GuardedCall, callee: object): void {
  const scope = currentScope();
  if (scope === undefined || scope.run !== undefined || scope.isAllowed || !scope.attempt.isOpen) return;
  const caller = callerOf(callee);
  if (caller !== undefined && isAuthorFrame(caller)) scope.attempt.called(call, caller);
}

/** Builtins that stand in between, such as `Array.from`, are no frames. */
const FRAMES_MAX = 5;

function callerOf(callee: object): string | undefined {
  const limit: unknown = Reflect.get(Error, "stackTraceLimit");
  Reflect.set(Error, "stackTraceLimit", FRAMES_MAX);
  const here = new Error("here");
  Error.captureStackTrace(here, callee as Callable);
  Reflect.set(Error, "stackTraceLimit", limit);
  return toFrames(here.stack)[0];
}
