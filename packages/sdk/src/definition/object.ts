import type { ObjectContext } from "./context.ts";
import type { ObjectHandler, VirtualObjectDefinition } from "./core.ts";
import { createDefinition, type KindRule } from "./definition.ts";
import type { ObjectOptions } from "./options.ts";

/** The handlers `U` of an object, each as it is if it is one, else as it should be. */
export type ObjectOpts<U> = {
  // biome-ignore lint/suspicious/noExplicitAny: "a context of any state" cannot be said otherwise; no value gets this type
  [K in keyof U]: U[K] extends ObjectHandler<U[K], ObjectContext<any>>
    ? U[K]
    : ObjectHandler<U[K], ObjectContext>;
};

const RULE: KindRule = { bare: "exclusive", allowed: ["exclusive", "shared"] };

/**
 * Defines a virtual object: handlers with a key, and state per key. Bare
 * functions are exclusive handlers, one at a time per key; for others that run
 * beside them and only read, see `handlers.object.shared`.
 *
 * Throws a `TypeError` if the name or the handlers are missing or of the wrong
 * kind. Names are checked when the definition is served.
 *
 * @example
 * const counter = object({
 *   name: "counter",
 *   handlers: {
 *     add: async (ctx: ObjectContext<{ count: number }>, amount: number) => {
 *       const count = ((await ctx.get("count")) ?? 0) + amount;
 *       ctx.set("count", count);
 *       return count;
 *     },
 *   },
 * });
 */
export function object<P extends string, M>(object: {
  name: P;
  handlers: ObjectOpts<M> & ThisType<M>;
  description?: string | undefined;
  metadata?: Record<string, string> | undefined;
  options?: ObjectOptions | undefined;
}): VirtualObjectDefinition<P, M> {
  return createDefinition("object", object, () => RULE) as unknown as VirtualObjectDefinition<P, M>;
}
