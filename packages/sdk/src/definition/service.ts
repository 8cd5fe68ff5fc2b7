import type { Context } from "./context.ts";
import type { ServiceDefinition, ServiceHandler } from "./core.ts";
import { createDefinition, type KindRule } from "./definition.ts";
import type { ServiceOptions } from "./options.ts";

/** The handlers `U` of a service, each as it is if it is one, else as it should be. */
export type ServiceOpts<U> = {
  [K in keyof U]: U[K] extends ServiceHandler<U[K], Context> ? U[K] : ServiceHandler<U[K], Context>;
};

const RULE: KindRule = { bare: "service", allowed: ["service"] };

/**
 * Defines a service: stateless handlers that run with any concurrency.
 *
 * Throws a `TypeError` if the name or the handlers are missing or of the wrong
 * kind. Names are checked when the definition is served.
 *
 * @example
 * const greeter = service({
 *   name: "greeter",
 *   handlers: {
 *     greet: async (ctx: Context, name: string) => `Hello, ${name}!`,
 *   },
 * });
 */
export function service<P extends string, M>(service: {
  name: P;
  handlers: ServiceOpts<M> & ThisType<M>;
  description?: string | undefined;
  metadata?: Record<string, string> | undefined;
  options?: ServiceOptions | undefined;
}): ServiceDefinition<P, M> {
  return createDefinition("service", service, () => RULE) as unknown as ServiceDefinition<P, M>;
}
