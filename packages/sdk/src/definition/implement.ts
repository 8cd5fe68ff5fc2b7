import type { HandlerKind } from "./bound.ts";
import type { ByInput } from "./by-input.ts";
import type {
  Context,
  ObjectContext,
  ObjectSharedContext,
  WorkflowContext,
  WorkflowSharedContext,
} from "./context.ts";
import type { ServiceDefinition, VirtualObjectDefinition, WorkflowDefinition } from "./core.ts";
import { createDefinition, type DefinitionConfig } from "./definition.ts";
import type {
  Descriptor,
  HandlerDescriptor,
  HandlerDescriptors,
  InferInput,
  InferOutput,
  ObjectDescriptor,
  ServiceDescriptor,
  WorkflowDescriptor,
} from "./descriptor.ts";
import type {
  HandlerOptions,
  ObjectHandlerOpts,
  ObjectOptions,
  ServiceHandlerOpts,
  ServiceLevelOptions,
  ServiceOptions,
  WorkflowHandlerOpts,
  WorkflowOptions,
} from "./options.ts";
import { createWorkflow } from "./workflow.ts";
import { type HandlerFunction, isWrappedHandler, optionsOf, wrapHandler } from "./wrapped-handler.ts";

/** A handler of context `C`, without the input if that is `void`. */
export type FnOf<C, I, O> = ByInput<
  I,
  (ctx: C) => Promise<O>,
  (ctx: C, input?: I) => Promise<O>,
  (ctx: C, input: I) => Promise<O>
>;

/** The handlers that fulfil a service's contract. */
export type ServiceImplHandlers<H extends HandlerDescriptors> = {
  [K in keyof H]: FnOf<Context, InferInput<H[K]>, InferOutput<H[K]>>;
};

/** The handlers that fulfil an object's contract. */
export type ObjectImplHandlers<H extends HandlerDescriptors> = {
  [K in keyof H]: H[K] extends HandlerDescriptor<unknown, unknown, infer Shared>
    ? FnOf<Shared extends true ? ObjectSharedContext : ObjectContext, InferInput<H[K]>, InferOutput<H[K]>>
    : never;
};

/** The handlers that fulfil a workflow's contract. */
export type WorkflowImplHandlers<H extends HandlerDescriptors> = {
  [K in keyof H]: FnOf<
    K extends "run" ? WorkflowContext : WorkflowSharedContext,
    InferInput<H[K]>,
    InferOutput<H[K]>
  >;
};

/** A handler's options; input and output are the contract's. */
export type ServicePerHandlerOpts = Omit<ServiceHandlerOpts<unknown, unknown>, "input" | "output">;
/** A handler's options; input and output are the contract's. */
export type ObjectPerHandlerOpts = Omit<ObjectHandlerOpts<unknown, unknown>, "input" | "output">;
/** A handler's options; input and output are the contract's. */
export type WorkflowPerHandlerOpts = Omit<WorkflowHandlerOpts<unknown, unknown>, "input" | "output">;

/** What `implement` takes beside the contract. Description and metadata replace the contract's. */
interface Implementation<Handlers, Options, PerHandler, Names extends PropertyKey> {
  handlers: Handlers & ThisType<Handlers>;
  description?: string | undefined;
  metadata?: Record<string, string> | undefined;
  options?: (Options & { handlers?: { readonly [K in Names]?: PerHandler } | undefined }) | undefined;
}

/**
 * Fulfils a contract made by `iface`. The result can be served, and is the
 * contract as well, so that clients take either.
 *
 * Throws a `TypeError` if a handler of the contract is missing. What the contract
 * does not name is ignored.
 *
 * @example
 * const greeterService = implement(greeter, {
 *   handlers: {
 *     greet: async (ctx, request) => ({ greeting: `Hello, ${request.name}!` }),
 *     ping: async () => "pong",
 *   },
 * });
 */
export function implement<P extends string, H extends HandlerDescriptors>(
  serviceInterface: ServiceDescriptor<P, H>,
  config: Implementation<ServiceImplHandlers<H>, ServiceOptions, ServicePerHandlerOpts, keyof H>,
): ServiceDefinition<P, ServiceImplHandlers<H>> & ServiceDescriptor<P, H>;
export function implement<P extends string, H extends HandlerDescriptors>(
  objectInterface: ObjectDescriptor<P, H>,
  config: Implementation<ObjectImplHandlers<H>, ObjectOptions, ObjectPerHandlerOpts, keyof H>,
): VirtualObjectDefinition<P, ObjectImplHandlers<H>> & ObjectDescriptor<P, H>;
export function implement<P extends string, H extends HandlerDescriptors>(
  workflowInterface: WorkflowDescriptor<P, H>,
  config: Implementation<WorkflowImplHandlers<H>, WorkflowOptions, WorkflowPerHandlerOpts, keyof H>,
): WorkflowDefinition<P, WorkflowImplHandlers<H>> & WorkflowDescriptor<P, H>;
export function implement(
  contract: Descriptor,
  config: Implementation<object, ServiceLevelOptions, HandlerOptions, string>,
): never {
  const { handlers: perHandler, ...options } = config.options ?? {};
  const bound = Object.entries(contract._handlers).map(([name, descriptor]) => {
    const kind = kindFor(contract, name, descriptor);
    return [name, fulfil(contract, { name, kind, descriptor, own: perHandler?.[name] }, config.handlers)];
  });
  return create(contract, {
    name: contract.name,
    handlers: Object.fromEntries(bound),
    description: config.description ?? contract._description,
    metadata: config.metadata ?? contract._metadata,
    options,
  }) as never;
}

interface Declared {
  readonly name: string;
  readonly kind: HandlerKind;
  readonly descriptor: HandlerDescriptor;
  readonly own: HandlerOptions | undefined;
}

function fulfil(contract: Descriptor, declared: Declared, handlers: object): HandlerFunction {
  const { name, kind, descriptor, own } = declared;
  const fn = Object.hasOwn(handlers, name) ? (handlers as Record<string, unknown>)[name] : undefined;
  if (typeof fn !== "function") {
    throw new TypeError(`implement(): missing handler "${name}" of ${contract._kind} "${contract.name}"`);
  }
  const wrapped = isWrappedHandler(fn) ? optionsOf(fn) : {};
  const options: HandlerOptions = {
    ...wrapped,
    ...own,
    input: descriptor._inputSerde,
    output: descriptor._outputSerde,
    description: own?.description ?? wrapped.description ?? descriptor._description,
    metadata: own?.metadata ?? wrapped.metadata ?? descriptor._metadata,
  };
  return wrapHandler(kind, options, fn.bind(handlers) as HandlerFunction);
}

function kindFor(contract: Descriptor, name: string, descriptor: HandlerDescriptor): HandlerKind {
  switch (contract._kind) {
    case "service":
      return "service";
    case "object":
      return descriptor._shared === true ? "shared" : "exclusive";
    case "workflow":
      return name === "run" ? "workflow" : "shared";
  }
}

function create(contract: Descriptor, config: DefinitionConfig): unknown {
  if (contract._kind === "workflow") return createWorkflow(config);
  return createDefinition(contract._kind, config, (name) => {
    const descriptor = contract._handlers[name] as HandlerDescriptor;
    const kind = kindFor(contract, name, descriptor);
    return { bare: kind, allowed: [kind] };
  });
}
