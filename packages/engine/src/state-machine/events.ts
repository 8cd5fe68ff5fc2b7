import type { Message, Outcome } from "@perdure/sdk/internal";
import type { Archive, AttemptFailure, InvokedBy, Value } from "./records.ts";

/**
 * Everything that can happen to the engine. Time and randomness come in with the
 * event: the state machine has neither of its own.
 */
export type EngineEvent =
  | InvokeEvent
  | AttachEvent
  | DetachEvent
  | AttemptMessagesEvent
  | AttemptFailedEvent
  | TimerEvent
  | CompleteAwakeableEvent
  | ControlEvent
  | RestartEvent
  | EditStateEvent
  | ResultLoadedEvent
  | SweepEvent;

/** A client asks for an invocation. */
export interface InvokeEvent {
  readonly type: "invoke";
  readonly nowMs: number;
  readonly service: string;
  readonly handler: string;
  readonly key: string | undefined;
  readonly parameter: Value;
  readonly headers: readonly { readonly key: string; readonly value: string }[];
  readonly idempotencyKey: string | undefined;
  /** `undefined` or past: now. */
  readonly executeAtMs: number | undefined;
  readonly invokedBy: InvokedBy;
  /** 16 random bytes, of which the id is made when nothing else determines it. */
  readonly entropy: Uint8Array;
  /** Who is told that it was taken in, if anyone is. */
  readonly waiterId: number | undefined;
  /** Whether they want the result too. */
  readonly awaitsResult: boolean;
}

/** A client wants the result of an invocation that may be there. */
export interface AttachEvent {
  readonly type: "attach";
  readonly nowMs: number;
  readonly invocationId: string;
  readonly waiterId: number;
}

/** A client does not wait any more. */
export interface DetachEvent {
  readonly type: "detach";
  readonly nowMs: number;
  readonly waiterId: number;
}

export interface AttemptMessagesEvent {
  readonly type: "attemptMessages";
  readonly nowMs: number;
  readonly invocationId: string;
  readonly attempt: number;
  readonly messages: readonly Message[];
  /** Entropy for the ids of the calls among them, 16 bytes each, taken in order. */
  readonly entropy: () => Uint8Array;
  /** Uniform in [0, 1): the jitter of the backoff, should one of them be an error. */
  readonly jitter: number;
}

/** The attempt is over without a last message, or could not be made at all. */
export interface AttemptFailedEvent {
  readonly type: "attemptFailed";
  readonly nowMs: number;
  readonly invocationId: string;
  readonly attempt: number;
  readonly failure: Omit<AttemptFailure, "atMs">;
  readonly nextRetryDelayMs: number | undefined;
  /** False for faults that are not the endpoint's (no deployment, 415): Start does not count them. */
  readonly countsForHandler: boolean;
  /** Uniform in [0, 1): the jitter of the backoff. */
  readonly jitter: number;
}

/** Something is due. Which timer it is stands in its key. */
export interface TimerEvent {
  readonly type: "timer";
  readonly nowMs: number;
  readonly timer: TimerKey;
}

/** Timers are told apart by what they are for; setting one again moves it. */
export type TimerKey =
  | { readonly type: "execute"; readonly invocationId: string }
  | { readonly type: "sleep"; readonly invocationId: string; readonly completionId: number }
  | { readonly type: "retry"; readonly invocationId: string };

export interface CompleteAwakeableEvent {
  readonly type: "completeAwakeable";
  readonly nowMs: number;
  readonly awakeableId: string;
  readonly result: Outcome;
}

export interface ControlEvent {
  readonly type: "control";
  readonly nowMs: number;
  readonly action: "cancel" | "kill" | "pause" | "resume" | "purge" | "purgeJournal";
  readonly invocationId: string;
  /** For resume: `keep` (default), `latest`, or a deployment's id. */
  readonly deployment: string | undefined;
  /** For purgeJournal: what the caller read from the store of the invocation, if it has ended. */
  readonly archived?: Archive | undefined;
}

/** A new invocation with the input (and the first entries) of another. */
export interface RestartEvent {
  readonly type: "restart";
  readonly nowMs: number;
  readonly invocationId: string;
  /** Entries that are kept; 0 or 1 keeps the input alone. */
  readonly from: number;
  readonly deployment: string | undefined;
  readonly entropy: Uint8Array;
  /** The journal of the original, which the caller read from the store when it has ended. */
  readonly archived: Archive | undefined;
}

/** Replaces the whole state of a key. Waits for the object's lock, as an exclusive handler would. */
export interface EditStateEvent {
  readonly type: "editState";
  readonly nowMs: number;
  readonly service: string;
  readonly key: string;
  readonly state: ReadonlyMap<string, Value>;
  /** What the state must be, as a hash of it; `undefined`: anything. */
  readonly version: string | undefined;
}

/** The result of an invocation that had ended, read from the store for a caller's journal. */
export interface ResultLoadedEvent {
  readonly type: "resultLoaded";
  readonly nowMs: number;
  /** Whose result it is. */
  readonly invocationId: string;
  readonly callerId: string;
  readonly completionId: number;
  /** `undefined`: it is not there any more. */
  readonly result: Outcome | undefined;
}

/** Forgets what its retention has outlived. */
export interface SweepEvent {
  readonly type: "sweep";
  readonly nowMs: number;
}
