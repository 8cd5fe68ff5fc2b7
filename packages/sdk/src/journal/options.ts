import type { ErrorBehavior, StartMessage } from "../protocol/messages.ts";
import type { JournalEffects } from "./effects.ts";
import type { JournalInspector } from "./inspector.ts";

/** What the journal of one attempt is made of. */
export interface JournalOptions {
  readonly start: StartMessage;
  readonly version: number;
  /** `Service/handler`, for messages. */
  readonly target: string;
  readonly effects: JournalEffects;
  /** The author waits for the cancel signal by `ctx.cancellation()`; awaits are not rejected. */
  readonly explicitCancellation: boolean;
  readonly comparePayloads: boolean;
  /** What the engine is asked to do with the invocation on a mismatch (v7). */
  readonly onMismatch: ErrorBehavior;
  readonly inspector?: JournalInspector | undefined;
}
