import type { TerminalError } from "../errors.ts";
import type { Serde } from "../serde/serde.ts";
import type { ContextClients, GenericCall, GenericSend, ScopedContext } from "./calls.ts";
import type {
  RestateContext,
  RestateObjectContext,
  RestateObjectSharedContext,
  RestateWorkflowContext,
  RestateWorkflowSharedContext,
} from "./core.ts";
import type { Duration } from "./duration.ts";
import type {
  DurablePromise,
  InvocationHandle,
  InvocationId,
  InvocationPromise,
  RestatePromise,
} from "./promises.ts";
import type { Request } from "./request.ts";
import type { KeyValueStore, ReadableState, TypedState, UntypedState } from "./state.ts";

/** What `ctx.run` runs: synchronous or not. */
export type RunAction<T> = (() => Promise<T>) | (() => T);

/**
 * How the result of a run is kept, and how a failing run is retried. If none of
 * the retry options is given, the invocation's own retry policy applies; if one
 * is, the others take the defaults named here.
 */
export interface RunOptions<T> {
  /** For the result. The service's default serde when absent. */
  serde?: Serde<T>;
  /** Attempts including the first, then the run fails with a `TerminalError`. Unlimited when absent. */
  maxRetryAttempts?: number;
  /** How long to go on retrying (milliseconds when a number), then the run fails with a `TerminalError`. */
  maxRetryDuration?: Duration | number;
  /** The wait before the first retry, milliseconds when a number. 50 ms when absent. */
  initialRetryInterval?: Duration | number;
  /** The longest wait between two attempts, milliseconds when a number. 10 s when absent. */
  maxRetryInterval?: Duration | number;
  /** By what each wait grows over the one before. 2 when absent. */
  retryIntervalFactor?: number;
}

/** Random values that a replay gives again. Seeded per invocation, predictable: not for secrets. */
export interface Rand {
  /** Like `Math.random()`: uniform in [0, 1). */
  random(): number;
  /** A version 4 UUID. */
  uuidv4(): string;
}

/** The time, as it was when the handler first asked. Each question is journaled. */
export interface ContextDate {
  /** Milliseconds since the epoch, like `Date.now()`. */
  now(): RestatePromise<number>;
  /** Like `new Date().toJSON()`. */
  toJSON(): RestatePromise<string>;
}

/** What a handler does through its first argument. Everything here is journaled and replayed. */
export interface Context extends RestateContext, ContextClients {
  /** Random values. */
  readonly rand: Rand;
  /** A console that is silent while the journal is replayed, and goes through the endpoint's logger. */
  readonly console: Console;
  /** The time. */
  readonly date: ContextDate;

  /**
   * Runs `action` once and keeps its result: a replay gives the result without
   * running it again. If `action` throws a `TerminalError`, that is the result;
   * any other error is retried. `action` runs again if the process dies before
   * its result is stored, and must not use `ctx`.
   *
   * @example
   * const payment = await ctx.run("charge", () => charge(order), { maxRetryAttempts: 5 });
   */
  run<T>(action: RunAction<T>): RestatePromise<T>;
  run<T>(name: string, action: RunAction<T>, options?: RunOptions<T>): RestatePromise<T>;

  /** Waits at least `duration`, milliseconds when a number, across restarts. `name` is shown to operators. */
  sleep(duration: Duration | number, name?: string): RestatePromise<void>;

  /**
   * A promise that something outside completes, by its id: another handler, the
   * ingress client or the HTTP API.
   *
   * @example
   * const { id, promise } = ctx.awakeable<Approval>();
   * await ctx.run("ask", () => sendMail(manager, id));
   * const approval = await promise;
   */
  awakeable<T>(serde?: Serde<T>): { id: string; promise: RestatePromise<T> };
  /** Completes an awakeable with `payload`. Ignored if it was completed before. */
  resolveAwakeable<T>(id: string, payload?: T, serde?: Serde<T>): void;
  /** Completes an awakeable with a `TerminalError`; a string becomes one with code 500. */
  rejectAwakeable(id: string, reason: string | TerminalError): void;

  /**
   * Waits for a signal of this name to this invocation. Each call waits for the
   * next one.
   *
   * @example
   * const approved = await ctx.signal<boolean>("approved");
   */
  signal<T>(name: string, serde?: Serde<T>): RestatePromise<T>;

  /** Another invocation: to signal it, cancel it, or wait for its result. */
  invocation(invocationId: InvocationId): InvocationReference;
  /** @deprecated Use `ctx.invocation(id).cancel()`. */
  cancel(invocationId: InvocationId): void;
  /** @deprecated Use `ctx.invocation(id).attach()`. */
  attach<T>(invocationId: InvocationId, serde?: Serde<T>): RestatePromise<T>;

  /** Calls a handler by its names; bytes in and out unless serdes are given. */
  genericCall<REQ = Uint8Array, RES = Uint8Array>(call: GenericCall<REQ, RES>): InvocationPromise<RES>;
  /** Sends to a handler by its names; bytes unless a serde is given. */
  genericSend<REQ = Uint8Array>(call: GenericSend<REQ>): InvocationHandle;

  /**
   * Clients that work within a scope: a group of invocations, objects and
   * workflows of its own, part of their identity. 1 to 36 characters of
   * `a-z A-Z 0-9 _ . -`. Needs protocol v7 (a preview feature of the server).
   *
   * @example
   * await ctx.scope("tenant-7").objectClient(cart, userId).add(item);
   */
  scope(scopeKey: string): ScopedContext;

  /** The request that started this invocation, as it came. */
  request(): Request;
}

/** Another invocation, by its id. */
export interface InvocationReference {
  /** A named signal of that invocation. */
  signal<T>(name: string, serde?: Serde<T>): SignalReference<T>;
  /** Asks the invocation to stop: its awaits reject with `CancelledError`. Returns at once. */
  cancel(): void;
  /** Its result; rejects with 404 if there is no such invocation (any more). */
  attach<T>(serde?: Serde<T>): RestatePromise<T>;
}

/** Sends one signal to another invocation. */
export interface SignalReference<T> {
  resolve(payload?: T): void;
  /** The waiting side gets a `TerminalError`; a string becomes one with code 500. */
  reject(reason: string | TerminalError): void;
}

/** The context of an object's exclusive handlers: one at a time per key, with state. */
export interface ObjectContext<TState extends TypedState = UntypedState>
  extends Context,
    KeyValueStore<TState>,
    RestateObjectContext {
  readonly key: string;
}

/** The context of an object's shared handlers: many at a time per key, state to read only. */
export interface ObjectSharedContext<TState extends TypedState = UntypedState>
  extends Context,
    ReadableState<TState>,
    RestateObjectSharedContext {
  readonly key: string;
}

/** The context of a workflow's handlers other than `run`. */
export interface WorkflowSharedContext<TState extends TypedState = UntypedState>
  extends ObjectSharedContext<TState>,
    RestateWorkflowSharedContext {
  /**
   * The promise of this name, one for all handlers of this workflow instance.
   *
   * @example
   * const payment = await ctx.promise<Payment>("paid"); // in run
   * await ctx.promise<Payment>("paid").resolve(payment); // in another handler
   */
  promise<T>(name: string, serde?: Serde<T>): DurablePromise<T>;
}

/** The context of a workflow's `run`, which runs once per key. */
export interface WorkflowContext<TState extends TypedState = UntypedState>
  extends WorkflowSharedContext<TState>,
    ObjectContext<TState>,
    RestateWorkflowContext {}

/** Reached by a cast from any context, as `internal.ContextInternal`. May change without notice. */
export interface ContextInternal extends Context {
  /** Whether the recorded part of the journal is behind. For logging; a decision made by it cannot be replayed. */
  isProcessing(): boolean;
  /**
   * Resolves when this invocation is cancelled; the same promise until then, a
   * new one afterwards. Only with `explicitCancellation: true`, else it never
   * settles.
   */
  cancellation(): RestatePromise<void>;
  /**
   * Cancels the calls made since the last time, and gives their ids. Only with
   * `explicitCancellation: true`, else it gives `[]`.
   */
  cancelPreviousCalls(): RestatePromise<InvocationId[]>;
}
