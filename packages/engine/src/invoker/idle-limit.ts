import { TransientSet } from "@perdure/sdk/internal";

/** How many attempts are held that wait for something, unless told otherwise. */
export const IDLE_ATTEMPTS_MAX = 1000;

/**
 * Bounds how many waiting attempts are held in memory. Past the limit the one that
 * has been waiting longest is asked to suspend; what it waits for resumes it.
 */
export class IdleLimit {
  readonly #max: number;
  /** In the order in which they became idle. */
  readonly #idle = new TransientSet<{ endInput(): void }>();

  constructor(max: number) {
    this.#max = max;
  }

  /** It waits, since now. */
  idle(attempt: { endInput(): void }): void {
    this.#idle.delete(attempt);
    this.#idle.add(attempt);
    if (this.#idle.size <= this.#max) return;
    const longest = this.#idle.first();
    if (longest === undefined) return;
    this.#idle.delete(longest);
    longest.endInput();
  }

  /** It goes on by itself, suspends or has ended. */
  busy(attempt: { endInput(): void }): void {
    this.#idle.delete(attempt);
  }
}
