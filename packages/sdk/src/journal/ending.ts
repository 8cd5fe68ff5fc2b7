import type { AwaitTree, Command, Outcome } from "../protocol/messages.ts";
import type { Awaits } from "./awaiting.ts";
import type { JournalEffects } from "./effects.ts";
import { type AttemptFailure, toErrorMessage } from "./failure.ts";
import { JournalMismatchError } from "./mismatch.ts";
import type { JournalOptions } from "./options.ts";
import type { Recorder } from "./recorder.ts";

/**
 * How long the code may wait for something that the journal cannot give while
 * recorded commands are left. Only work outside `ctx` could still issue them.
 */
export const MISMATCH_GRACE_MS = 1500;

/**
 * How an attempt ends, and what it tells the engine of its waiting.
 *
 * Owns: the messages that are no commands of the code. Does not own: when it is
 * time for them, which the conductor decides.
 *
 * 1. Exactly one of End, Suspension and Error ends the attempt, behind all that
 *    was issued before.
 * 2. Once closed, nothing is sent any more.
 */
export class Ending {
  readonly #options: JournalOptions;
  readonly #effects: JournalEffects;
  readonly #recorder: Recorder;
  readonly #awaits: Awaits;
  #closed = false;
  #stopGrace: (() => void) | undefined;
  #reportedAwaits = "";

  constructor(options: JournalOptions, parts: { readonly recorder: Recorder; readonly awaits: Awaits }) {
    this.#options = options;
    this.#effects = options.effects;
    this.#recorder = parts.recorder;
    this.#awaits = parts.awaits;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Sends what was gathered since the last time. */
  flush(): void {
    const outgoing = this.#recorder.takeOutgoing();
    if (outgoing.length > 0) this.#effects.send(outgoing);
  }

  /** The handler's result is the last command. Recorded ones that are left mean that the code has changed. */
  succeed(result: Outcome): void {
    this.issue({ type: "Output", result, name: "" });
    if (this.#closed) return;
    if (this.#recorder.replaying) {
      this.#failMismatch(this.#recorder.mismatch({ awaiting: "nothing: the handler has ended" }));
      return;
    }
    this.#recorder.post({ type: "End" });
    this.flush();
    this.close();
  }

  /** Until what is awaited has come. */
  suspend(): void {
    this.#suspendOn(this.#awaitTree());
  }

  /** Until these completions have come, whatever else is awaited. */
  suspendOn(completions: readonly number[]): void {
    const none = { signals: [], namedSignals: [], nested: [] };
    this.#suspendOn({ combinator: "firstCompleted", completions, ...none });
  }

  #suspendOn(awaitingOn: AwaitTree): void {
    this.#recorder.post({ type: "Suspension", awaitingOn });
    this.flush();
    this.close();
  }

  fail(failure: AttemptFailure): void {
    if (this.#closed) return;
    this.#effects.failed(failure.error);
    this.#recorder.post(toErrorMessage(failure));
    this.flush();
    this.close();
  }

  /** Issues a command; when the journal holds another one, the attempt ends. False when it has ended. */
  issue(command: Command): boolean {
    try {
      this.#recorder.issue(command);
      return true;
    } catch (error) {
      if (!(error instanceof JournalMismatchError)) throw error;
      this.#failMismatch(error, command);
      return false;
    }
  }

  #failMismatch(error: JournalMismatchError, attempted?: Command): void {
    const command = attempted ?? error.facts.recorded;
    const behavior = this.#options.version >= 7 ? this.#options.onMismatch : undefined;
    this.fail({ error, command, commandIndex: error.facts.commandIndex, behavior });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.clearGrace();
    this.#effects.closed();
  }

  /** The code waits in vain, unless work outside `ctx` brings it back soon. */
  startGrace(): void {
    this.#stopGrace ??= this.#effects.startTimer(MISMATCH_GRACE_MS, () => {
      this.#stopGrace = undefined;
      if (this.#closed) return;
      this.#failMismatch(this.#recorder.mismatch({ awaiting: this.#awaits.describe() }));
    });
  }

  clearGrace(): void {
    this.#stopGrace?.();
    this.#stopGrace = undefined;
  }

  /** v7: tells operators what the handler waits for, when that changed. */
  reportAwaits(options: { readonly executingSideEffects: boolean }): void {
    if (this.#options.version < 7) return;
    const awaitingOn = this.#awaitTree();
    const text = JSON.stringify(awaitingOn);
    if (text === this.#reportedAwaits) return;
    this.#reportedAwaits = text;
    this.#recorder.post({ type: "AwaitingOn", awaitingOn, ...options });
  }

  #awaitTree(): AwaitTree {
    return this.#awaits.toTree({ withCancel: !this.#options.explicitCancellation });
  }
}
