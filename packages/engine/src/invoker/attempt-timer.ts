import type { Clock } from "../clock/clock.ts";

export interface AttemptTimerOptions {
  readonly clock: Clock;
  readonly inactivityTimeoutMs: number;
  readonly abortTimeoutMs: number;
  /** No message in either direction for the inactivity timeout. Called once. */
  readonly inactive: () => void;
  /** No message from the handler for the abort timeout after its input ended. Called once. */
  readonly overdue: () => void;
}

/**
 * The two timeouts of an attempt. Protocol section 5.5.
 *
 * A message costs no more than noting the time: when the timer fires too early
 * for what has happened since, it is set again.
 */
export class AttemptTimer {
  readonly #options: AttemptTimerOptions;
  #phase: "live" | "ending" | "stopped" = "live";
  #sinceMs: number;
  #clear: (() => void) | undefined;

  /** The input is open. */
  constructor(options: AttemptTimerOptions) {
    this.#options = options;
    this.#sinceMs = options.clock.now();
    this.#arm();
  }

  /** A message went to the handler. */
  sent(): void {
    if (this.#phase === "live") this.#sinceMs = this.#options.clock.now();
  }

  /** A message came from the handler. */
  received(): void {
    this.#sinceMs = this.#options.clock.now();
  }

  /** The handler was told that nothing more will come. */
  inputEnded(): void {
    if (this.#phase !== "live") return;
    this.#phase = "ending";
    this.#sinceMs = this.#options.clock.now();
    this.#arm();
  }

  stop(): void {
    this.#phase = "stopped";
    this.#clear?.();
    this.#clear = undefined;
  }

  #arm(): void {
    this.#clear?.();
    this.#clear = this.#options.clock.setTimer(this.#dueMs(), () => this.#fire());
  }

  #dueMs(): number {
    const { inactivityTimeoutMs, abortTimeoutMs } = this.#options;
    return this.#sinceMs + (this.#phase === "live" ? inactivityTimeoutMs : abortTimeoutMs);
  }

  #fire(): void {
    this.#clear = undefined;
    const phase = this.#phase;
    if (phase === "stopped") return;
    if (this.#dueMs() > this.#options.clock.now()) {
      this.#arm();
      return;
    }
    if (phase === "ending") {
      this.stop();
      this.#options.overdue();
      return;
    }
    this.inputEnded();
    this.#options.inactive();
  }
}
