/**
 * The messages of the service protocol, as plain data.
 *
 * Owns: the shape in which the whole SDK (and the embedded engine) speaks of
 * messages. Does not own: their bytes, see `codec.ts`.
 *
 * 1. A message is a readonly object tagged by `type`, the name it has in the
 *    protocol. Milliseconds are numbers; only the random seed, which uses all 64
 *    bits, is a bigint.
 * 2. An absent optional field is `undefined` or missing; an empty string or an
 *    empty byte array is a value.
 * 3. Payloads are bytes: a serde has already run, or has yet to run.
 */

export type Bytes = Uint8Array;

/** A handler's or a call's terminal failure. `metadata` needs protocol v6. */
export interface Failure {
  readonly code: number;
  readonly message: string;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

export interface Header {
  readonly key: string;
  readonly value: string;
}

/** How a handler's step or a call ended. */
export type Outcome =
  | { readonly type: "success"; readonly value: Bytes }
  | { readonly type: "failure"; readonly failure: Failure };

// ---------------------------------------------------------------- control

export interface StartMessage {
  readonly type: "Start";
  readonly id: Bytes;
  readonly debugId: string;
  readonly knownEntries: number;
  readonly stateMap: readonly StateEntry[];
  readonly partialState: boolean;
  readonly key: string;
  readonly retryCountSinceLastStoredEntry: number;
  readonly durationSinceLastStoredEntryMs: number;
  readonly randomSeed: bigint;
  readonly scope?: string | undefined;
  readonly limitKey?: string | undefined;
  readonly idempotencyKey?: string | undefined;
}

export interface StateEntry {
  readonly key: Bytes;
  readonly value: Bytes;
}

/** What an attempt waits for. Versions 5 and 6 send only the three flat lists. */
export interface AwaitTree {
  readonly combinator: Combinator;
  readonly completions: readonly number[];
  readonly signals: readonly number[];
  readonly namedSignals: readonly string[];
  readonly nested: readonly AwaitTree[];
}

export type Combinator =
  | "unknown"
  | "firstCompleted"
  | "allCompleted"
  | "firstSucceededOrAllFailed"
  | "allSucceededOrFirstFailed";

export interface SuspensionMessage {
  readonly type: "Suspension";
  readonly awaitingOn: AwaitTree;
}

export type ErrorBehavior = "retry" | "pause" | "fail";

export interface ErrorMessage {
  readonly type: "Error";
  readonly code: number;
  readonly message: string;
  readonly stacktrace: string;
  readonly relatedCommandIndex?: number | undefined;
  readonly relatedCommandName?: string | undefined;
  /** The 16-bit type id of the related command. */
  readonly relatedCommandType?: number | undefined;
  readonly nextRetryDelayMs?: number | undefined;
  readonly behavior?: ErrorBehavior | undefined;
}

export interface EndMessage {
  readonly type: "End";
}

export interface CommandAckMessage {
  readonly type: "CommandAck";
  readonly commandIndex: number;
}

export interface ProposeRunCompletionMessage {
  readonly type: "ProposeRunCompletion";
  readonly completionId: number;
  readonly result: Outcome;
}

export interface AwaitingOnMessage {
  readonly type: "AwaitingOn";
  readonly awaitingOn: AwaitTree;
  readonly executingSideEffects: boolean;
}

export interface ProposeRunCompletionAckMessage {
  readonly type: "ProposeRunCompletionAck";
  readonly completionId: number;
}

export type ControlMessage =
  | StartMessage
  | SuspensionMessage
  | ErrorMessage
  | EndMessage
  | CommandAckMessage
  | ProposeRunCompletionMessage
  | AwaitingOnMessage
  | ProposeRunCompletionAckMessage;

// ---------------------------------------------------------------- commands

interface Named {
  /** Shown to operators; compared on replay. Empty when the author gave none. */
  readonly name: string;
}

interface Completable extends Named {
  readonly completionId: number;
}

export interface InputCommand extends Named {
  readonly type: "Input";
  readonly headers: readonly Header[];
  readonly value: Bytes;
}

export interface OutputCommand extends Named {
  readonly type: "Output";
  readonly result: Outcome;
}

export interface GetLazyStateCommand extends Completable {
  readonly type: "GetLazyState";
  readonly key: string;
}

export interface SetStateCommand extends Named {
  readonly type: "SetState";
  readonly key: string;
  readonly value: Bytes;
}

export interface ClearStateCommand extends Named {
  readonly type: "ClearState";
  readonly key: string;
}

export interface ClearAllStateCommand extends Named {
  readonly type: "ClearAllState";
}

export interface GetLazyStateKeysCommand extends Completable {
  readonly type: "GetLazyStateKeys";
}

export interface GetEagerStateCommand extends Named {
  readonly type: "GetEagerState";
  readonly key: string;
  /** `undefined`: the state has no such key. */
  readonly value: Bytes | undefined;
}

export interface GetEagerStateKeysCommand extends Named {
  readonly type: "GetEagerStateKeys";
  readonly keys: readonly string[];
}

export interface GetPromiseCommand extends Completable {
  readonly type: "GetPromise";
  readonly key: string;
}

export interface PeekPromiseCommand extends Completable {
  readonly type: "PeekPromise";
  readonly key: string;
}

export interface CompletePromiseCommand extends Completable {
  readonly type: "CompletePromise";
  readonly key: string;
  readonly result: Outcome;
}

export interface SleepCommand extends Completable {
  readonly type: "Sleep";
  /** Milliseconds since the epoch. Not compared on replay. */
  readonly wakeUpTimeMs: number;
}

export interface CallTarget {
  readonly service: string;
  readonly handler: string;
  /** Empty for a service without keys. */
  readonly key: string;
  readonly parameter: Bytes;
  readonly headers: readonly Header[];
  readonly idempotencyKey?: string | undefined;
  readonly scope?: string | undefined;
  readonly limitKey?: string | undefined;
  readonly invocationIdCompletionId: number;
}

export interface CallCommand extends CallTarget, Completable {
  readonly type: "Call";
}

export interface OneWayCallCommand extends CallTarget, Named {
  readonly type: "OneWayCall";
  /** Milliseconds since the epoch, 0 for now. Not compared on replay. */
  readonly invokeTimeMs: number;
}

export type SignalResult = { readonly type: "void" } | Outcome;

export interface SendSignalCommand extends Named {
  readonly type: "SendSignal";
  readonly targetInvocationId: string;
  /** An index (1 is cancel) or a name. */
  readonly signal: number | string;
  readonly result: SignalResult;
}

export interface RunCommand extends Completable {
  readonly type: "Run";
}

export type InvocationTarget =
  | { readonly type: "invocation"; readonly invocationId: string }
  | {
      readonly type: "idempotent";
      readonly service: string;
      readonly key?: string | undefined;
      readonly handler: string;
      readonly idempotencyKey: string;
      readonly scope?: string | undefined;
    }
  | {
      readonly type: "workflow";
      readonly workflow: string;
      readonly key: string;
      readonly scope?: string | undefined;
    };

export interface AttachInvocationCommand extends Completable {
  readonly type: "AttachInvocation";
  readonly target: InvocationTarget;
}

export interface GetInvocationOutputCommand extends Completable {
  readonly type: "GetInvocationOutput";
  readonly target: InvocationTarget;
}

export interface CompleteAwakeableCommand extends Named {
  readonly type: "CompleteAwakeable";
  readonly awakeableId: string;
  readonly result: Outcome;
}

export type Command =
  | InputCommand
  | OutputCommand
  | GetLazyStateCommand
  | SetStateCommand
  | ClearStateCommand
  | ClearAllStateCommand
  | GetLazyStateKeysCommand
  | GetEagerStateCommand
  | GetEagerStateKeysCommand
  | GetPromiseCommand
  | PeekPromiseCommand
  | CompletePromiseCommand
  | SleepCommand
  | CallCommand
  | OneWayCallCommand
  | SendSignalCommand
  | RunCommand
  | AttachInvocationCommand
  | GetInvocationOutputCommand
  | CompleteAwakeableCommand;

// ---------------------------------------------------------------- notifications

/** What a notification carries, whichever command it completes. */
export type NotificationResult =
  | { readonly type: "void" }
  | { readonly type: "success"; readonly value: Bytes }
  | { readonly type: "failure"; readonly failure: Failure }
  | { readonly type: "invocationId"; readonly invocationId: string }
  | { readonly type: "stateKeys"; readonly keys: readonly string[] };

/** The kinds of completion, named after the command or the part of it that they complete. */
export type CompletionKind =
  | "GetLazyState"
  | "GetLazyStateKeys"
  | "GetPromise"
  | "PeekPromise"
  | "CompletePromise"
  | "Sleep"
  | "Call"
  | "CallInvocationId"
  | "Run"
  | "AttachInvocation"
  | "GetInvocationOutput";

export interface CompletionNotification {
  readonly type: "Completion";
  /** `undefined`: a notification type that this version does not know; its shape is the same. */
  readonly kind: CompletionKind | undefined;
  readonly completionId: number;
  readonly result: NotificationResult;
}

export interface SignalNotification {
  readonly type: "Signal";
  readonly signal: number | string;
  readonly result: NotificationResult;
}

export type Notification = CompletionNotification | SignalNotification;

export type Message = ControlMessage | Command | Notification;

export type MessageType = Message["type"];

/** The only signal index with a meaning of its own; awakeables start at {@link FIRST_AWAKEABLE_SIGNAL}. */
export const CANCEL_SIGNAL = 1;

export const FIRST_AWAKEABLE_SIGNAL = 17;
