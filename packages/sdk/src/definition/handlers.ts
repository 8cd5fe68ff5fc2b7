import type { HandlerKind } from "./bound.ts";
import type { ByInput } from "./by-input.ts";
import type {
  Context,
  ObjectContext,
  ObjectSharedContext,
  WorkflowContext,
  WorkflowSharedContext,
} from "./context.ts";
import type {
  HandlerOptions,
  ObjectHandlerOpts,
  ServiceHandlerOpts,
  WorkflowHandlerOpts,
} from "./options.ts";
import type { TypedState, UntypedState } from "./state.ts";
import { type HandlerFunction, wrapHandler } from "./wrapped-handler.ts";

/** The handler's type without the input if that is `void`, and with an optional one if it may be `undefined`. */
export type RemoveVoidArgument<F> = F extends (ctx: infer C, arg: infer A) => infer R
  ? ByInput<A, (ctx: C) => R, (ctx: C, arg?: A) => R, F>
  : F;

/** Makes service handlers with options. */
export interface ServiceHandlerFactory {
  <O, I = void>(
    opts: ServiceHandlerOpts<I, O>,
    fn: (ctx: Context, input: I) => Promise<O>,
  ): RemoveVoidArgument<(ctx: Context, input: I) => Promise<O>>;
  <O, I = void>(
    fn: (ctx: Context, input: I) => Promise<O>,
  ): RemoveVoidArgument<(ctx: Context, input: I) => Promise<O>>;
}

/** Makes exclusive handlers of objects. */
export interface ObjectHandlerFactory {
  <O, I = void, TState extends TypedState = UntypedState>(
    opts: ObjectHandlerOpts<I, O>,
    fn: (ctx: ObjectContext<TState>, input: I) => Promise<O>,
  ): RemoveVoidArgument<(ctx: ObjectContext<TState>, input: I) => Promise<O>>;
  <O, I = void, TState extends TypedState = UntypedState>(
    fn: (ctx: ObjectContext<TState>, input: I) => Promise<O>,
  ): RemoveVoidArgument<(ctx: ObjectContext<TState>, input: I) => Promise<O>>;
}

/** Makes shared handlers of objects. */
export interface ObjectSharedHandlerFactory {
  <O, I = void, TState extends TypedState = UntypedState>(
    opts: ObjectHandlerOpts<I, O>,
    fn: (ctx: ObjectSharedContext<TState>, input: I) => Promise<O>,
  ): RemoveVoidArgument<(ctx: ObjectSharedContext<TState>, input: I) => Promise<O>>;
  <O, I = void, TState extends TypedState = UntypedState>(
    fn: (ctx: ObjectSharedContext<TState>, input: I) => Promise<O>,
  ): RemoveVoidArgument<(ctx: ObjectSharedContext<TState>, input: I) => Promise<O>>;
}

/** Makes the `run` handler of workflows. */
export interface WorkflowHandlerFactory {
  <O, I = void, TState extends TypedState = UntypedState>(
    opts: WorkflowHandlerOpts<I, O>,
    fn: (ctx: WorkflowContext<TState>, input: I) => Promise<O>,
  ): RemoveVoidArgument<(ctx: WorkflowContext<TState>, input: I) => Promise<O>>;
  <O, I = void, TState extends TypedState = UntypedState>(
    fn: (ctx: WorkflowContext<TState>, input: I) => Promise<O>,
  ): RemoveVoidArgument<(ctx: WorkflowContext<TState>, input: I) => Promise<O>>;
}

/** Makes the other handlers of workflows. */
export interface WorkflowSharedHandlerFactory {
  <O, I = void, TState extends TypedState = UntypedState>(
    opts: WorkflowHandlerOpts<I, O>,
    fn: (ctx: WorkflowSharedContext<TState>, input: I) => Promise<O>,
  ): RemoveVoidArgument<(ctx: WorkflowSharedContext<TState>, input: I) => Promise<O>>;
  <O, I = void, TState extends TypedState = UntypedState>(
    fn: (ctx: WorkflowSharedContext<TState>, input: I) => Promise<O>,
  ): RemoveVoidArgument<(ctx: WorkflowSharedContext<TState>, input: I) => Promise<O>>;
}

/**
 * Handlers with options, or of a kind that a bare function would not get. Each
 * throws a `TypeError` if there is no function among its arguments.
 *
 * @example
 * const counter = object({
 *   name: "counter",
 *   handlers: {
 *     add: async (ctx: ObjectContext<{ count: number }>, amount: number) => {
 *       ctx.set("count", ((await ctx.get("count")) ?? 0) + amount);
 *     },
 *     current: handlers.object.shared(async (ctx: ObjectSharedContext<{ count: number }>) => {
 *       return (await ctx.get("count")) ?? 0;
 *     }),
 *   },
 * });
 */
export const handlers: {
  /** A handler of a service. */
  readonly handler: ServiceHandlerFactory;
  readonly object: {
    /** One at a time per key, may write state. What a bare function of an object is. */
    readonly exclusive: ObjectHandlerFactory;
    /** Many at a time per key, state to read only. */
    readonly shared: ObjectSharedHandlerFactory;
  };
  readonly workflow: {
    /** The handler `run`, once per key. */
    readonly workflow: WorkflowHandlerFactory;
    /** Any other handler of a workflow: what a bare function is. */
    readonly shared: WorkflowSharedHandlerFactory;
  };
} = {
  handler: factory("handlers.handler", "service") as ServiceHandlerFactory,
  object: {
    exclusive: factory("handlers.object.exclusive", "exclusive") as ObjectHandlerFactory,
    shared: factory("handlers.object.shared", "shared") as ObjectSharedHandlerFactory,
  },
  workflow: {
    workflow: factory("handlers.workflow.workflow", "workflow") as WorkflowHandlerFactory,
    shared: factory("handlers.workflow.shared", "shared") as WorkflowSharedHandlerFactory,
  },
};

/** The same as `handlers.handler`. */
export const createServiceHandler: ServiceHandlerFactory = handlers.handler;
/** The same as `handlers.object.exclusive`. */
export const createObjectHandler: ObjectHandlerFactory = handlers.object.exclusive;
/** The same as `handlers.object.shared`. */
export const createObjectSharedHandler: ObjectSharedHandlerFactory = handlers.object.shared;
/** The same as `handlers.workflow.workflow`. */
export const createWorkflowHandler: WorkflowHandlerFactory = handlers.workflow.workflow;
/** The same as `handlers.workflow.shared`. */
export const createWorkflowSharedHandler: WorkflowSharedHandlerFactory = handlers.workflow.shared;

function factory(called: string, kind: HandlerKind): unknown {
  return (first: unknown, second?: unknown) => {
    const [options, fn] = typeof first === "function" ? [{}, first] : [first, second];
    if (typeof fn !== "function") {
      throw new TypeError(`${called}(): the handler function is missing; call ${called}(options, function)`);
    }
    if (typeof options !== "object" || options === null) {
      throw new TypeError(`${called}(): the options must be an object, not ${String(options)}`);
    }
    return wrapHandler(kind, options as HandlerOptions, fn as HandlerFunction);
  };
}
