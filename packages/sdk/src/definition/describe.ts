import type { Serde } from "../serde/serde.ts";
import type { HandlerDescriptor } from "./descriptor.ts";

/** The serdes that a definition names for one of its handlers. */
export interface HandlerSerdes {
  readonly input?: Serde<unknown> | undefined;
  readonly output?: Serde<unknown> | undefined;
}

/**
 * For clients: the serdes of a handler, as far as `definition` knows them.
 * `undefined` if it is only a name (`{ name: "greeter" }`) or has no such handler.
 * An absent direction means the client's own default.
 *
 * The order for clients: the option of the call, then this, then the default.
 */
export function describeHandler(definition: unknown, handlerName: string): HandlerSerdes | undefined {
  if (typeof definition !== "object" || definition === null) return undefined;
  const handlers = (definition as { _handlers?: unknown })._handlers;
  if (typeof handlers !== "object" || handlers === null || !Object.hasOwn(handlers, handlerName))
    return undefined;
  const descriptor = (handlers as Record<string, HandlerDescriptor>)[handlerName];
  return descriptor && { input: descriptor._inputSerde, output: descriptor._outputSerde };
}
