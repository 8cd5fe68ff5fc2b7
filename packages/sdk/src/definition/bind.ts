import { jsonSerde } from "../serde/json.ts";
import type { Serde } from "../serde/serde.ts";
import type { BoundEndpoint, BoundHandler, BoundService } from "./bound.ts";
import { checkDefaultOptions, checkHandlerOptions, checkServiceOptions } from "./check-options.ts";
import type { AnyDefinition } from "./core.ts";
import { type DefinitionValue, handlersOf, isDefinitionValue } from "./definition.ts";
import type { EndpointOptions } from "./endpoint-options.ts";
import { checkHandlerName, checkServiceName } from "./names.ts";
import type { HandlerOptions, ServiceLevelOptions } from "./options.ts";
import { kindOf, optionsOf, type WrappedHandler } from "./wrapped-handler.ts";

/**
 * From definitions to what runs: all levels of options merged, every name and
 * option checked.
 *
 * 1. A handler's option comes before its service's, that before the endpoint's.
 * 2. An option whose value is `undefined` counts as absent.
 * 3. Only whole options replace each other; but hooks of a service and of its
 *    handler are both there, the service's first.
 */

/**
 * All that an endpoint serves. Throws a `TypeError` that names the definition and
 * what is wrong with it: a name the server would refuse, an option that cannot
 * be, or two different definitions of one name.
 */
export function bindEndpoint(options: EndpointOptions): BoundEndpoint {
  if (!Array.isArray(options?.services)) {
    throw new TypeError(
      "The endpoint has no services; pass { services: [...] } with at least one definition",
    );
  }
  const defaults = options.defaultServiceOptions ?? {};
  checkDefaultOptions(defaults);
  const sources = new Map<string, AnyDefinition>();
  const services = new Map<string, BoundService>();
  for (const definition of options.services) {
    const earlier = sources.get(definition?.name);
    if (earlier === definition && earlier !== undefined) continue;
    const bound = bindChecked(definition, defaults);
    if (earlier !== undefined) {
      throw new TypeError(
        `Two definitions are named "${bound.name}"; a name stands for one, rename the other`,
      );
    }
    sources.set(bound.name, definition);
    services.set(bound.name, bound);
  }
  return {
    services,
    identityKeys: options.identityKeys ?? [],
    logger: options.logger,
    journalValueCodecProvider: options.journalValueCodecProvider,
  };
}

/** One definition, as {@link bindEndpoint} binds it. */
export function bindService(definition: AnyDefinition, defaults: ServiceLevelOptions = {}): BoundService {
  checkDefaultOptions(defaults);
  return bindChecked(definition, defaults);
}

function bindChecked(definition: AnyDefinition, defaults: ServiceLevelOptions): BoundService {
  if (!isDefinitionValue(definition)) {
    throw new TypeError(
      `Cannot serve ${describeValue(definition)}: it has no handlers; pass what service(), object(), workflow() or implement() returned`,
    );
  }
  checkServiceName(definition.name);
  const where = `${definition._kind} "${definition.name}"`;
  const own = definition.options ?? {};
  checkServiceOptions(where, definition._kind, own);
  const options = merge(forKind(definition, defaults), own);
  const handlers = new Map<string, BoundHandler>();
  for (const [name, handler] of Object.entries(handlersOf(definition))) {
    checkHandlerName(definition.name, name);
    checkHandlerOptions(`${where}, handler "${name}"`, kindOf(handler), optionsOf(handler));
    handlers.set(name, bindHandler(definition, { name, handler, options }));
  }
  if (handlers.size === 0) throw new TypeError(`The ${where} has no handlers; it needs at least one`);
  const { name, _kind: kind, description, metadata } = definition;
  return { name, kind, description, metadata, options, handlers };
}

interface HandlerPart {
  readonly name: string;
  readonly handler: WrappedHandler;
  /** The service's, over the endpoint's. */
  readonly options: ServiceLevelOptions;
}

function bindHandler(definition: DefinitionValue, part: HandlerPart): BoundHandler {
  const own = optionsOf(part.handler);
  const effective = merge<HandlerOptions>(part.options, own);
  const serde: Serde<unknown> = effective.serde ?? jsonSerde;
  return {
    service: definition.name,
    serviceKind: definition._kind,
    name: part.name,
    kind: kindOf(part.handler),
    invoke: part.handler,
    input: own.input ?? serde,
    output: own.output ?? serde,
    serde,
    hooks: [...(part.options.hooks ?? []), ...(own.hooks ?? [])],
    asTerminalError: effective.asTerminalError?.bind(effective),
    explicitCancellation: effective.explicitCancellation ?? false,
    onJournalMismatchErrors: effective.onJournalMismatchErrors ?? "retry",
    options: own,
  };
}

/** The endpoint's defaults without what this kind of service does not know. */
function forKind(definition: DefinitionValue, defaults: ServiceLevelOptions): ServiceLevelOptions {
  const { workflowRetention, enableLazyState, ...common } = defaults;
  switch (definition._kind) {
    case "service":
      return common;
    case "object":
      return { ...common, enableLazyState };
    case "workflow":
      return { ...common, enableLazyState, workflowRetention };
  }
}

function merge<T extends object>(under: T, over: T): T {
  const merged: T = { ...under };
  for (const key of Object.keys(over) as (keyof T)[]) {
    if (over[key] !== undefined) merged[key] = over[key];
  }
  return merged;
}

function describeValue(value: unknown): string {
  const name = typeof value === "object" && value !== null ? (value as { name?: unknown }).name : undefined;
  return typeof name === "string" ? `"${name}"` : `a value of type ${value === null ? "null" : typeof value}`;
}
