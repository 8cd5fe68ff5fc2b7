/**
 * The types of definitions: what callers need to know of a service, and nothing
 * that only its implementation knows.
 *
 * Owns the context markers, the definition types and the helpers that read a
 * definition's type. Does not own any runtime value.
 */

/**
 * Stands for `Context` in handler types that are shared without depending on
 * this package. The same goes for the four markers below.
 */
// biome-ignore lint/suspicious/noEmptyInterface: a marker has no members of its own
export interface RestateContext {}

/** Stands for `ObjectContext`. */
// biome-ignore lint/suspicious/noEmptyInterface: a marker has no members of its own
export interface RestateObjectContext {}

/** Stands for `ObjectSharedContext`. */
// biome-ignore lint/suspicious/noEmptyInterface: a marker has no members of its own
export interface RestateObjectSharedContext {}

/** Stands for `WorkflowSharedContext`. */
export interface RestateWorkflowSharedContext extends RestateObjectSharedContext {}

/** Stands for `WorkflowContext`. */
export interface RestateWorkflowContext extends RestateObjectContext, RestateWorkflowSharedContext {}

/**
 * The name of a service, and in its type the handlers `M`. A plain
 * `{ name: "greeter" }` is one too: enough to call a service of which only the
 * type is known.
 */
export interface ServiceDefinition<P extends string, M> {
  readonly name: P;
  /** Never set. Carries the handlers' types. */
  readonly "~handlers"?: { readonly service: M };
}

/** The name of a virtual object, and in its type the handlers `M`. */
export interface VirtualObjectDefinition<P extends string, M> {
  readonly name: P;
  /** Never set. Carries the handlers' types. */
  readonly "~handlers"?: { readonly object: M };
}

/** The name of a workflow, and in its type the handlers `M`. */
export interface WorkflowDefinition<P extends string, M> {
  readonly name: P;
  /** Never set. Carries the handlers' types. */
  readonly "~handlers"?: { readonly workflow: M };
}

/** A definition of any kind, as endpoints take them. */
export type AnyDefinition =
  | ServiceDefinition<string, unknown>
  | VirtualObjectDefinition<string, unknown>
  | WorkflowDefinition<string, unknown>;

/** The handlers of a service definition's type; any other type is taken for the handlers themselves. */
export type Service<M> = M extends ServiceDefinition<string, infer S> ? S : M;

/** The handlers of an object definition's type; any other type is taken for the handlers themselves. */
export type VirtualObject<M> = M extends VirtualObjectDefinition<string, infer O> ? O : M;

/** The handlers of a workflow definition's type; any other type is taken for the handlers themselves. */
export type Workflow<M> = M extends WorkflowDefinition<string, infer W> ? W : M;

/** The definition type of `M`, which is one already or is the type of the handlers. */
export type ServiceDefinitionFrom<M> =
  M extends ServiceDefinition<string, unknown> ? M : ServiceDefinition<string, M>;

/** The definition type of `M`, which is one already or is the type of the handlers. */
export type VirtualObjectDefinitionFrom<M> =
  M extends VirtualObjectDefinition<string, unknown> ? M : VirtualObjectDefinition<string, M>;

/** The definition type of `M`, which is one already or is the type of the handlers. */
export type WorkflowDefinitionFrom<M> =
  M extends WorkflowDefinition<string, unknown> ? M : WorkflowDefinition<string, M>;

/** `F` if it is a handler with context `C`, else the type that it should have. */
type HandlerOf<F, C> = F extends (ctx: C, input: never) => Promise<unknown>
  ? F
  : (ctx: C, input?: unknown) => Promise<unknown>;

/** `F` if it can be a service's handler, else the type that it should have. */
export type ServiceHandler<F, C = RestateContext> = HandlerOf<F, C>;

/** `F` if it can be an object's exclusive handler, else the type that it should have. */
export type ObjectHandler<F, C = RestateObjectContext> = HandlerOf<F, C>;

/** `F` if it can be an object's shared handler, else the type that it should have. */
export type ObjectSharedHandler<F, SC = RestateObjectSharedContext> = HandlerOf<F, SC>;

/** `F` if it can be a workflow's `run`, else the type that it should have. */
export type WorkflowHandler<F, C = RestateWorkflowContext> = HandlerOf<F, C>;

/** `F` if it can be a workflow's other handler, else the type that it should have. */
export type WorkflowSharedHandler<F, SC = RestateWorkflowSharedContext> = HandlerOf<F, SC>;

/** The type of a handler's input, `void` if it takes none. */
export type ArgType<T> = T extends (ctx: never, ...args: infer P) => unknown
  ? P extends readonly []
    ? // biome-ignore lint/suspicious/noConfusingVoidType: void is how handlers say that they take no input
      void
    : P extends readonly [(infer I)?, ...unknown[]]
      ? I
      : never
  : never;

/** The type of what a handler's promise resolves to. */
export type HandlerReturnType<T> = T extends (ctx: never, input: never) => Promise<infer R> ? R : never;
