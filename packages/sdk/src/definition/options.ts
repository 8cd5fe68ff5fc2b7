import type { TerminalError } from "../errors.ts";
import type { Serde } from "../serde/serde.ts";
import type { Duration } from "./duration.ts";
import type { HooksProvider } from "./hooks.ts";

/**
 * The options of handlers, services and endpoints. A handler's come first, then
 * its service's, then the endpoint's; `hooks` of a service and of its handler are
 * both applied. Durations are milliseconds when numbers.
 */

/** How failing invocations are retried. What is absent is taken from the next level, at last the engine's. */
export interface RetryPolicy {
  /** Attempts in all, the first one included; at least 1. */
  readonly maxAttempts?: number | undefined;
  /** What happens after the last attempt: wait for an operator, or end with the last error. */
  readonly onMaxAttempts?: "pause" | "kill" | undefined;
  /** The wait before the second attempt. */
  readonly initialInterval?: Duration | number | undefined;
  /** The longest wait. */
  readonly maxInterval?: Duration | number | undefined;
  /** Each wait is this many times the one before. */
  readonly exponentiationFactor?: number | undefined;
}

/** Options that exist on every level. */
export interface ServiceOptions {
  /** How long the result of a request with an idempotency key is kept. Not for a workflow's `run`. */
  readonly idempotencyRetention?: Duration | number | undefined;
  /** How long journals are kept after the end, at most as long as the result is kept. */
  readonly journalRetention?: Duration | number | undefined;
  /** After this time without progress the engine asks the attempt to suspend. */
  readonly inactivityTimeout?: Duration | number | undefined;
  /** How long after that the attempt is aborted, even in the middle of the handler's work. */
  readonly abortTimeout?: Duration | number | undefined;
  /** Whether only other handlers may call, and not the ingress. */
  readonly ingressPrivate?: boolean | undefined;
  readonly retryPolicy?: RetryPolicy | undefined;
  /**
   * Which errors of handlers and of `ctx.run` closures are not to be retried: return
   * the `TerminalError` to end with, or `undefined` to leave the error as it is.
   * Not asked about errors that are terminal already.
   *
   * @example
   * const options: ServiceOptions = {
   *   asTerminalError: (error) =>
   *     error instanceof RangeError ? new TerminalError(error.message, { errorCode: 400 }) : undefined,
   * };
   */
  // A method, so that `(error: MyError) => ...` is accepted as well.
  asTerminalError?(error: unknown): TerminalError | undefined;
  /**
   * For input, output, state, runs, awakeables, signals and promises wherever
   * nothing nearer is given. `serde.json` when absent.
   */
  readonly serde?: Serde<unknown> | undefined;
  /** Interceptors, outermost first. Those of the service stand around those of the handler. */
  readonly hooks?: readonly HooksProvider[] | undefined;
  /**
   * Awaits no longer reject on cancellation; the handler asks for it itself.
   *
   * @experimental
   */
  readonly explicitCancellation?: boolean | undefined;
  /**
   * What happens when the code does not match the journal. `"retry"` when absent;
   * the others need protocol v7.
   *
   * @experimental
   */
  readonly onJournalMismatchErrors?: "retry" | "pause" | "fail" | undefined;
}

/** Options of a virtual object. */
export interface ObjectOptions extends ServiceOptions {
  /** State is not sent along with each attempt but fetched key by key. For state too large to send. */
  readonly enableLazyState?: boolean | undefined;
}

/** Options of a workflow. */
export interface WorkflowOptions extends ObjectOptions {
  /** How long a finished workflow is kept: its result, its state and its promises. */
  readonly workflowRetention?: Duration | number | undefined;
}

/** Options of any kind of service, for `EndpointOptions.defaultServiceOptions`. */
export type DefaultServiceOptions = ServiceOptions & ObjectOptions & WorkflowOptions;

/** Options of a service's handler. */
export interface ServiceHandlerOpts<I, O> extends ServiceOptions {
  /**
   * The content types that the ingress accepts, for example `application/*`; those
   * of the input serde when absent. It does not change how the input is read.
   */
  readonly accept?: string | undefined;
  /** For the input; the effective `serde` when absent. */
  readonly input?: Serde<I> | undefined;
  /** For the output; the effective `serde` when absent. */
  readonly output?: Serde<O> | undefined;
  /** Whether an empty output is sent with its content type, which Protobuf for one needs. `false` when absent. */
  readonly setOutputContentTypeIfEmpty?: boolean | undefined;
  /** Shown by the admin API and in the OpenAPI document. */
  readonly description?: string | undefined;
  /** Shown by the admin API. */
  readonly metadata?: Record<string, string> | undefined;
}

/** Options of an object's handler. */
export interface ObjectHandlerOpts<I, O> extends ServiceHandlerOpts<I, O> {
  /** See {@link ObjectOptions.enableLazyState}. */
  readonly enableLazyState?: boolean | undefined;
}

/** Options of a workflow's handler. */
export interface WorkflowHandlerOpts<I, O> extends ServiceHandlerOpts<I, O> {
  /** See {@link ObjectOptions.enableLazyState}. */
  readonly enableLazyState?: boolean | undefined;
}

/** A handler's options whatever its kind, types forgotten. */
export type HandlerOptions = ObjectHandlerOpts<unknown, unknown>;

/** A service's options whatever its kind. */
export type ServiceLevelOptions = DefaultServiceOptions;
