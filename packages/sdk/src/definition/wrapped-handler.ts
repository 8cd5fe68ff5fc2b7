import type { HandlerKind } from "./bound.ts";
import type { HandlerOptions } from "./options.ts";

/**
 * A handler function that knows its kind and its options. Definitions hold only
 * such functions; the factories in `handlers.ts` make them from bare ones.
 */
export interface WrappedHandler {
  (this: unknown, ctx: unknown, input: unknown): Promise<unknown>;
  readonly [WRAPPED]: { readonly kind: HandlerKind; readonly options: HandlerOptions };
}

/** Symbol.for, so that a handler made by another copy of this package is known as such. */
const WRAPPED: unique symbol = Symbol.for("perdure.handler");

/** A bare handler function, its types forgotten. */
export type HandlerFunction = (this: unknown, ctx: never, input: never) => Promise<unknown>;

/**
 * A new function around `fn` that carries kind and options, so that `fn` itself
 * stays as it is and may be used under several names. A wrapped handler is
 * returned unchanged.
 */
export function wrapHandler(kind: HandlerKind, options: HandlerOptions, fn: HandlerFunction): WrappedHandler {
  if (isWrappedHandler(fn)) return fn;
  const call = fn as (this: unknown, ctx: unknown, input: unknown) => Promise<unknown>;
  function handler(this: unknown, ctx: unknown, input: unknown): Promise<unknown> {
    return call.call(this, ctx, input);
  }
  return Object.defineProperty(handler, WRAPPED, { value: { kind, options } }) as WrappedHandler;
}

/** The same handler with `this` settled. */
export function bindHandler(handler: WrappedHandler, self: unknown): WrappedHandler {
  return Object.defineProperty(handler.bind(self), WRAPPED, { value: handler[WRAPPED] }) as WrappedHandler;
}

export function isWrappedHandler(value: unknown): value is WrappedHandler {
  return typeof value === "function" && WRAPPED in value;
}

/** The kind that a factory gave to the handler. */
export function kindOf(handler: WrappedHandler): HandlerKind {
  return handler[WRAPPED].kind;
}

/** The options given with the handler itself. */
export function optionsOf(handler: WrappedHandler): HandlerOptions {
  return handler[WRAPPED].options;
}
