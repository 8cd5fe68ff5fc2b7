import type { HandlerKind, ServiceKind } from "./bound.ts";
import type { AnyDefinition } from "./core.ts";
import { type HandlerDescriptor, makeHandlerDescriptor } from "./descriptor.ts";
import type { ServiceLevelOptions } from "./options.ts";
import {
  bindHandler,
  type HandlerFunction,
  kindOf,
  optionsOf,
  type WrappedHandler,
  wrapHandler,
} from "./wrapped-handler.ts";

/**
 * Definitions as values: what `service`, `object`, `workflow` and `implement`
 * return behind their public types, and what `bind.ts` reads.
 *
 * 1. Every handler is wrapped, and bound to the object in which the author wrote it.
 * 2. `_handlers` has one descriptor per handler, with the serdes that the
 *    definition itself names; an endpoint's defaults are not known here.
 */
export interface DefinitionValue {
  readonly name: string;
  readonly _kind: ServiceKind;
  readonly _handlers: Readonly<Record<string, HandlerDescriptor>>;
  readonly service?: HandlerMap;
  readonly object?: HandlerMap;
  readonly workflow?: HandlerMap;
  readonly description: string | undefined;
  readonly metadata: Readonly<Record<string, string>> | undefined;
  readonly options: ServiceLevelOptions | undefined;
}

export type HandlerMap = Readonly<Record<string, WrappedHandler>>;

/** What the author passes, its types forgotten. */
export interface DefinitionConfig {
  readonly name: string;
  readonly handlers: unknown;
  readonly description?: string | undefined;
  readonly metadata?: Record<string, string> | undefined;
  readonly options?: ServiceLevelOptions | undefined;
}

/** Which kind a bare function of this name gets, and which kinds a wrapped one may have. */
export interface KindRule {
  readonly bare: HandlerKind;
  readonly allowed: readonly HandlerKind[];
}

/** Throws a `TypeError` if the configuration could not be a definition in any case. */
export function createDefinition(
  kind: ServiceKind,
  config: DefinitionConfig,
  ruleOf: (handler: string) => KindRule,
): DefinitionValue {
  checkConfig(kind, config);
  const bound: Record<string, WrappedHandler> = Object.create(null);
  const descriptors: Record<string, HandlerDescriptor> = Object.create(null);
  for (const [name, fn] of Object.entries(config.handlers as Record<string, unknown>)) {
    const handler = checkHandler(`${kind}("${config.name}")`, name, fn, ruleOf(name));
    bound[name] = bindHandler(handler, config.handlers);
    descriptors[name] = describe(handler, config.options);
  }
  return {
    name: config.name,
    _kind: kind,
    _handlers: descriptors,
    [kind]: bound,
    description: config.description,
    metadata: config.metadata,
    options: config.options,
  };
}

/** The wrapped handlers of a definition of any kind. */
export function handlersOf(definition: DefinitionValue): HandlerMap {
  return definition[definition._kind] ?? {};
}

/** Whether this was made by `service`, `object`, `workflow` or `implement`, and not only named. */
export function isDefinitionValue(value: AnyDefinition | DefinitionValue): value is DefinitionValue {
  if (typeof value !== "object" || value === null) return false;
  const kind = (value as Partial<DefinitionValue>)._kind;
  return kind !== undefined && (value as Partial<DefinitionValue>)[kind] !== undefined;
}

function checkConfig(kind: ServiceKind, config: DefinitionConfig): void {
  if (typeof config !== "object" || config === null) {
    throw new TypeError(`${kind}(): pass an object with a name and handlers`);
  }
  if (typeof config.name !== "string" || config.name === "") {
    throw new TypeError(`${kind}(): the name is missing; it must be a non-empty string`);
  }
  if (typeof config.handlers !== "object" || config.handlers === null) {
    throw new TypeError(`${kind}("${config.name}"): the handlers are missing; pass an object of functions`);
  }
}

function checkHandler(where: string, name: string, fn: unknown, rule: KindRule): WrappedHandler {
  if (typeof fn !== "function") {
    throw new TypeError(`${where}: handler "${name}" is not a function but ${describeType(fn)}`);
  }
  const handler = wrapHandler(rule.bare, {}, fn as HandlerFunction);
  if (!rule.allowed.includes(kindOf(handler))) {
    throw new TypeError(
      `${where}: handler "${name}" was made for another kind (${kindOf(handler)}); here it must be ${rule.allowed.join(" or ")}`,
    );
  }
  return handler;
}

function describeType(value: unknown): string {
  return value === null ? "null" : typeof value;
}

function describe(handler: WrappedHandler, options: ServiceLevelOptions | undefined): HandlerDescriptor {
  const own = optionsOf(handler);
  const fallback = own.serde ?? options?.serde;
  return makeHandlerDescriptor(
    own.input ?? fallback,
    own.output ?? fallback,
    kindOf(handler) === "shared",
    own,
  );
}
