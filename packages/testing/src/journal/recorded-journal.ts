import type { Command, CompletionKind, Failure, ProtocolVersion, ServiceKind } from "@perdure/sdk/internal";
import type { RecordedPayload } from "./payload.ts";

/** The format that this version writes and reads. */
export const JOURNAL_FORMAT = "perdure-journal/1";

/**
 * The journal of one invocation as a value: plain JSON, to be kept in a file and
 * read in a review.
 *
 * The same journal always gives the same text. What it holds are the commands and
 * notifications of the service protocol under the names they have there, so it
 * means the same whichever engine recorded it. Entry 0 is the input. What is empty
 * (a name, headers) is left out.
 */
export interface RecordedJournal {
  readonly format: typeof JOURNAL_FORMAT;
  readonly invocationId: string;
  readonly target: RecordedTarget;
  /** The version of the service protocol that the invocation runs with; absent when it has not started. */
  readonly protocolVersion?: ProtocolVersion;
  /** What `ctx.rand` starts from, a number of 64 bits; absent when nobody can tell. */
  readonly randomSeed?: string;
  readonly idempotencyKey?: string;
  readonly scope?: string;
  readonly limitKey?: string;
  readonly entries: readonly RecordedEntry[];
}

/** Which handler it is the journal of. */
export interface RecordedTarget {
  readonly service: string;
  readonly handler: string;
  /** Of an object or a workflow. */
  readonly key?: string;
  readonly kind: ServiceKind;
}

export type RecordedEntry = RecordedCommand | RecordedNotification;

/** A step that the code took. Its other fields are those of the protocol's message. */
export interface RecordedCommand {
  readonly command: Command["type"];
  readonly name?: string;
  readonly [field: string]: unknown;
}

/** What the code was told: how a command ended, or a signal. */
export type RecordedNotification =
  | {
      /** `Unknown`: of a newer protocol. */
      readonly notification: CompletionKind | "Unknown";
      readonly completionId: number;
      readonly result: RecordedResult;
    }
  | {
      readonly notification: "Signal";
      /** A number, 1 to cancel and from 17 on awakeables, or a name. */
      readonly signal: number | string;
      readonly result: RecordedResult;
    };

export type RecordedResult =
  | "void"
  | { readonly success: RecordedPayload }
  | { readonly failure: Failure }
  | { readonly invocationId: string }
  | { readonly stateKeys: readonly string[] };
