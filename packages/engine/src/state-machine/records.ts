import type {
  AwaitTree,
  Command,
  Failure,
  HandlerKind,
  Header,
  Notification,
  Outcome,
  ServiceKind,
} from "@perdure/sdk/internal";

/**
 * What the engine knows, as plain data. Everything here survives a restart,
 * unless a comment says otherwise.
 */

/** Which handler an invocation runs, and on which key. */
export interface Target {
  readonly service: string;
  readonly handler: string;
  /** Of an object or a workflow; `undefined` for a service. */
  readonly key: string | undefined;
  readonly serviceKind: ServiceKind;
  readonly handlerKind: HandlerKind;
}

/** `service/handler` or `service/key/handler`. */
export function describeTarget(target: Pick<Target, "service" | "handler" | "key">): string {
  const { service, handler, key } = target;
  return key === undefined ? `${service}/${handler}` : `${service}/${key}/${handler}`;
}

export type InvokedBy =
  | { readonly type: "ingress" }
  | { readonly type: "service"; readonly id: string; readonly target: string }
  | { readonly type: "restart"; readonly from: string };

/**
 * - `scheduled`: waits for its time.
 * - `inboxed`: waits for the lock of its object.
 * - `invoked`: an attempt runs, or waits to be retried.
 * - `suspended`: waits for something in its journal.
 * - `paused`: waits for an operator.
 */
export type LiveStatus = "scheduled" | "inboxed" | "invoked" | "suspended" | "paused";

/** Who is told the result: a call's completion in the caller's journal. Clients that wait are not stored. */
export interface Sink {
  readonly callerId: string;
  readonly completionId: number;
}

/** How the last attempt failed. */
export interface AttemptFailure {
  readonly code: number;
  readonly message: string;
  readonly stacktrace?: string | undefined;
  /** The server's documented code, for example `RT0010`. */
  readonly restateCode?: string | undefined;
  readonly relatedCommandIndex?: number | undefined;
  readonly relatedCommandName?: string | undefined;
  readonly relatedCommandType?: number | undefined;
  readonly atMs: number;
}

export interface JournalEntry {
  readonly message: Command | Notification;
  readonly appendedAtMs: number;
}

/** An invocation that has not ended. */
export interface LiveInvocation {
  readonly id: string;
  readonly target: Target;
  status: LiveStatus;
  readonly invokedBy: InvokedBy;
  readonly idempotencyKey: string | undefined;
  readonly createdAtMs: number;
  modifiedAtMs: number;
  /** When it may start, if that was not at once. */
  readonly executeAtMs: number | undefined;
  /** When it first ran. */
  startedAtMs: number | undefined;
  /** Its place among all that waited for an object; inboxes are in this order. */
  inboxSeq: number | undefined;
  /** Entry 0 is the input. */
  readonly journal: JournalEntry[];
  /** How many of them earlier steps have stored. */
  storedEntries: number;
  commandCount: number;
  /** Completion ids that commands promised and nothing has completed yet. */
  readonly expected: Map<number, Command>;
  /** Completions that the journal holds, and whether they are failures. */
  readonly completed: Map<number, boolean>;
  /** Whom its open calls wait for, by the completion under which the callee's id came; "" until it has. */
  readonly callees: Map<number, string>;
  sinks: Sink[];
  /** The deployment and protocol version it stays on, once something of it was stored. */
  deploymentId: string | undefined;
  protocolVersion: number | undefined;
  /** While suspended. */
  awaitingOn: AwaitTree | undefined;
  /** Signals from this entry on were not known to the attempt that suspended. */
  signalsFrom: number;
  /** An operator wants it paused at the next opportunity. */
  pauseRequested: boolean;
  /** Failures in a row, as the retry policy counts them. */
  policyFailures: number;
  /** Failures since the last stored entry, as Start tells the handler. */
  retryCount: number;
  lastFailure: AttemptFailure | undefined;
  /** When the next attempt is due, while `invoked` and no attempt runs. */
  nextRetryAtMs: number | undefined;
  /** What it last said it waits for (v7). Not stored. */
  reportedAwait: AwaitTree | undefined;
  /** Number of the attempt that runs; 0 when none does. Not stored. */
  attempt: number;
  /** How long the recorded journal was that this attempt started with. Not stored. */
  knownEntries: number;
  /** Clients that wait for the result. Not stored. */
  readonly waiters: Set<number>;
}

/** An invocation that has ended and is retained. Its journal lies in the store. */
export interface CompletedInvocation {
  readonly id: string;
  readonly target: Target;
  readonly status: "completed";
  readonly invokedBy: InvokedBy;
  readonly idempotencyKey: string | undefined;
  readonly createdAtMs: number;
  readonly completedAtMs: number;
  readonly succeeded: boolean;
  /** When the result and the id are forgotten. */
  readonly expiresAtMs: number;
  readonly journalExpiresAtMs: number;
}

/** What is stored of a completed invocation beside the facts above. */
export interface Archive {
  readonly facts: CompletedInvocation;
  readonly result: Outcome;
  /** Of a retry policy that killed it. */
  readonly stacktrace: string | undefined;
  readonly journal: readonly JournalEntry[];
  readonly deploymentId: string | undefined;
  readonly protocolVersion: number | undefined;
}

/** A promise of a workflow. */
export interface PromiseRecord {
  /** `undefined` while it is open. */
  result: Outcome | undefined;
  /** Who gets its value: the `get`s that were there before it. */
  readonly waiting: Sink[];
}

export type Value = Uint8Array;

export type { Failure, Header, Outcome };
