import type { Message, Outcome, ProtocolVersion, StartMessage } from "@perdure/sdk/internal";
import type { TimerKey } from "./events.ts";
import type { JournalEntry, Target } from "./records.ts";

/**
 * What follows from an event outside of the state machine. Effects are carried out
 * in order, and only after the writes of the same step are durable.
 */
export type Effect =
  /** Make an attempt; how it goes comes back as events with this number. */
  | StartAttemptEffect
  /** Hand a stored notification (or an ack) to the attempt, if it still runs. */
  | {
      readonly type: "feed";
      readonly invocationId: string;
      readonly attempt: number;
      readonly message: Message;
    }
  /** The attempt has no say any more: break its stream. */
  | {
      readonly type: "abortAttempt";
      readonly invocationId: string;
      readonly attempt: number;
      readonly reason: string;
    }
  /** The attempt's last message was taken: close its stream in order. */
  | { readonly type: "finishAttempt"; readonly invocationId: string; readonly attempt: number }
  /** Ask the attempt to suspend when it can (pause). */
  | { readonly type: "endInput"; readonly invocationId: string; readonly attempt: number }
  | { readonly type: "setTimer"; readonly timer: TimerKey; readonly atMs: number }
  | { readonly type: "clearTimer"; readonly timer: TimerKey }
  /** Read the result of an ended invocation for a caller; it comes back as `resultLoaded`. */
  | {
      readonly type: "loadResult";
      readonly invocationId: string;
      readonly callerId: string;
      readonly completionId: number;
    }
  /** A client's invocation was taken in. */
  | {
      readonly type: "accepted";
      readonly waiterId: number;
      readonly invocationId: string;
      readonly status: "accepted" | "previouslyAccepted";
      readonly executeAtMs: number | undefined;
      /** Whether the client waits for this, and not for the result. */
      readonly isAwaited: boolean;
    }
  /** A client's wait is over. `fromArchive`: read the result from the store. */
  | {
      readonly type: "answer";
      readonly waiterId: number;
      readonly invocationId: string;
      readonly target: Pick<Target, "service" | "handler">;
      readonly result: Outcome | "fromArchive" | "notFound";
      /** When the result is forgotten; only of an invocation that had ended before it was asked for. */
      readonly expiresAtMs: number | undefined;
      /** Of a retry policy that gave up. */
      readonly stacktrace?: string | undefined;
    };

export interface StartAttemptEffect {
  readonly type: "startAttempt";
  readonly invocationId: string;
  readonly attempt: number;
  readonly target: Target;
  readonly deploymentId: string;
  readonly protocolVersion: ProtocolVersion;
  readonly start: StartMessage;
  /** The recorded journal as it was then; what was stored later comes by `feed`. */
  readonly entries: readonly JournalEntry[];
}
