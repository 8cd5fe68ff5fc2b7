import type { ByInput } from "../definition/by-input.ts";
import type { ArgType, HandlerReturnType } from "../definition/core.ts";
import type { HandlerDescriptor, InferInput, InferOutput } from "../definition/descriptor.ts";
import type { Opts, SendOpts } from "./options.ts";

/** The types of clients, made from the types of handlers. */

/** The input type in a handler's arguments after the context. */
export type InferArgType<P> = P extends readonly [(infer A)?, ...unknown[]] ? A : unknown;

/** A client that calls the handlers `M` and waits for their results. */
export type IngressClient<M> = {
  [K in keyof M as M[K] extends never ? never : K]: M[K] extends (
    ctx: never,
    ...args: infer P
  ) => PromiseLike<infer O>
    ? (...args: [...P, opts?: Opts<InferArgType<P>, O>]) => Promise<O>
    : never;
};

/** A client that sends to the handlers `M` and resolves once the message is durable. */
export type IngressSendClient<M> = {
  [K in keyof M as M[K] extends never ? never : K]: M[K] extends (
    ctx: never,
    ...args: infer P
  ) => PromiseLike<infer O>
    ? (...args: [...P, opts?: SendOpts<InferArgType<P>>]) => Promise<Send<O>>
    : never;
};

/** What a client's method takes for an input of type `I`. */
type DescriptorArgs<I, Options> = ByInput<
  I,
  [opts?: Options],
  [input?: I, opts?: Options],
  [input: I, opts?: Options]
>;

/** Like {@link IngressClient}, for the handlers of a contract. */
export type IngressClientFromDescriptors<H extends Record<string, HandlerDescriptor>> = {
  readonly [K in keyof H]: (
    ...args: DescriptorArgs<InferInput<H[K]>, Opts<InferInput<H[K]>, InferOutput<H[K]>>>
  ) => Promise<InferOutput<H[K]>>;
};

/** Like {@link IngressSendClient}, for the handlers of a contract. */
export type IngressSendClientFromDescriptors<H extends Record<string, HandlerDescriptor>> = {
  readonly [K in keyof H]: (
    ...args: DescriptorArgs<InferInput<H[K]>, SendOpts<InferInput<H[K]>>>
  ) => Promise<Send<InferOutput<H[K]>>>;
};

/** The result type of a workflow's `run`. */
export type WorkflowOutput<M> = M extends { run: infer R } ? HandlerReturnType<R> : unknown;

/** The arguments of `run` after the context. */
type RunArguments<M> = M extends { run: (ctx: never, ...args: infer P) => unknown } ? P : never;

/**
 * A client of one workflow instance: its shared handlers by name, and how to
 * start `run` and get at its result.
 */
export type IngressWorkflowClient<M> = Omit<IngressClient<M>, "run"> & {
  /**
   * Starts the workflow and resolves once that is durable. Starting it again is
   * no error: the status is then `PreviouslyAccepted`.
   */
  workflowSubmit(
    ...args: [...RunArguments<M>, opts?: SendOpts<ArgType<M extends { run: infer R } ? R : never>>]
  ): Promise<WorkflowSubmission<WorkflowOutput<M>>>;
  /**
   * Waits for the result of `run`. Rejects with its `TerminalError` if it failed,
   * with `InvocationNotFoundError` if it was never started.
   */
  workflowAttach(opts?: Opts<void, WorkflowOutput<M>>): Promise<WorkflowOutput<M>>;
  /** Looks for the result of `run` without waiting. Rejects like `workflowAttach`. */
  workflowOutput(opts?: Opts<void, WorkflowOutput<M>>): Promise<Output<WorkflowOutput<M>>>;
};

/** A message that the server has accepted. */
export interface Send<T = unknown> {
  readonly invocationId: string;
  /** `PreviouslyAccepted`: the same idempotency key, or a workflow that was started before. */
  readonly status: "Accepted" | "PreviouslyAccepted";
  /** Whether `Ingress.result` may be asked for: the send had an idempotency key, or started a workflow. */
  readonly attachable: boolean;
  /** Never set. Carries the type of the result. */
  readonly "~result"?: T;
}

/** A workflow whose start the server has accepted. */
export interface WorkflowSubmission<T> extends Send<T> {
  readonly attachable: true;
}

/** A result that may not be there yet. Reading `result` before throws `InvocationNotReadyError`. */
export type Output<O> =
  | { readonly ready: true; readonly result: O }
  | { readonly ready: false; readonly result: never };
