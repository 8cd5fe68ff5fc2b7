import type { Message } from "../protocol/messages.ts";

/** What the journal asks of the world; it has no I/O, clock or timer of its own. */
export interface JournalEffects {
  send(messages: readonly Message[]): void;
  /** Nothing more will be sent. Called exactly once. */
  closed(): void;
  /**
   * Calls `step` when the handler's code is quiescent: its microtasks and ticks
   * have drained. With `yieldTurn` other work of the process gets a turn first.
   */
  quiesce(step: () => void, options: { readonly yieldTurn: boolean }): void;
  /** Calls `fire` once after the delay; the function that is returned prevents it. */
  startTimer(delayMs: number, fire: () => void): () => void;
  /** Milliseconds since the epoch. */
  now(): number;
  /** The attempt fails; `error` is why. */
  failed(error: unknown): void;
  /** Something of the handler's code may go wrong one day; said once per handler is enough. */
  advise(message: string): void;
}
