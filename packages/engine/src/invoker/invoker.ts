import type { Message, ProtocolVersion, StartMessage } from "@perdure/sdk/internal";
import type { DeploymentInfo, HandlerInfo } from "../registry/service-info.ts";
import type { AttemptFailure, Target } from "../state-machine/records.ts";

/**
 * Makes attempts: brings a journal to a handler, and what the handler does back.
 *
 * Owns: connections, the handler's turn to speak, its timeouts. Does not own: what
 * messages mean, and whether an attempt is made; the state machine decides that.
 *
 * 1. No event is called from within `start`, nor from within a call of the attempt.
 * 2. `started` comes first, unless no attempt could be made at all. After the
 *    attempt's last message (End, Suspension, Error) nothing comes but what
 *    `finish` or `abort` ask for. `failed` is the last event, and takes the last
 *    message's place.
 * 3. After `finish`, `abort` or `failed` there are no more events.
 */
export interface Invoker {
  start(request: AttemptRequest, events: AttemptEvents): RunningAttempt;
  /**
   * Asks all attempts to suspend, breaks those off that have not ended after a
   * while, without an event, and gives everything back.
   */
  close(): Promise<void>;
  /** Attempts that were started and have not ended. */
  readonly running: number;
}

export interface AttemptRequest {
  readonly invocationId: string;
  readonly attempt: number;
  readonly deployment: DeploymentInfo;
  readonly handler: HandlerInfo;
  readonly target: Target;
  readonly version: ProtocolVersion;
  readonly start: StartMessage;
  /** The journal. Only as many as `start` announces are read, so it may go on growing. */
  readonly entries: readonly Message[];
}

export interface AttemptEvents {
  /** The way to the handler is open. */
  started(): void;
  /** `stored` is called when they are durable, unless the attempt has no say any more. */
  messages(messages: readonly Message[], stored?: () => void): void;
  failed(failure: Omit<AttemptFailure, "atMs">, options: FailureOptions): void;
}

export interface FailureOptions {
  /** When the other side says so. */
  readonly nextRetryDelayMs?: number | undefined;
  /** False for faults that are not the endpoint's. */
  readonly countsForHandler: boolean;
}

export interface RunningAttempt {
  /** A notification that was stored, or an ack. Dropped when the attempt hears nothing any more. */
  feed(message: Message): void;
  /** Nothing more will come: the attempt suspends when it can. */
  endInput(): void;
  /** The last message was taken: close in order. */
  finish(): void;
  /** Break off at once. */
  abort(reason: string): void;
}

/** How long `close` waits for attempts to end, unless told otherwise. */
export const INVOKER_CLOSE_GRACE_MS = 10_000;

export function isLastMessage(message: Message | undefined): boolean {
  return message?.type === "End" || message?.type === "Suspension" || message?.type === "Error";
}
