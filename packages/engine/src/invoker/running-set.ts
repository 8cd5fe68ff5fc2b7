import { TransientSet } from "@perdure/sdk/internal";
import type { Clock } from "../clock/clock.ts";
import type { RunningAttempt } from "./invoker.ts";

/** The attempts of an invoker, and how they are brought to an end when it closes. */
export class RunningSet {
  readonly #clock: Clock;
  readonly #graceMs: number;
  readonly #attempts = new TransientSet<RunningAttempt>();
  #emptied: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(clock: Clock, graceMs: number) {
    this.#clock = clock;
    this.#graceMs = graceMs;
  }

  get size(): number {
    return this.#attempts.size;
  }

  add(attempt: RunningAttempt): void {
    if (this.#closing !== undefined) throw new Error("The invoker is closed: it can't start an attempt");
    this.#attempts.add(attempt);
  }

  delete(attempt: RunningAttempt): void {
    this.#attempts.delete(attempt);
    if (this.#attempts.size === 0) this.#emptied?.();
  }

  /** Asks all to suspend and waits for them; breaks off those that take longer than the grace. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#attempts.size === 0) return;
    const emptied = new Promise<void>((resolve) => {
      this.#emptied = resolve;
    });
    for (const attempt of this.#attempts.values()) attempt.endInput();
    const clear = this.#clock.setTimer(this.#clock.now() + this.#graceMs, () => {
      for (const attempt of this.#attempts.values()) attempt.abort("The engine is closing");
    });
    await emptied;
    clear();
  }
}
