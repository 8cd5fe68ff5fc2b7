import { TransientMap, TransientSet } from "@perdure/sdk/internal";
import type { Clock } from "../clock/clock.ts";

/** Taken when this is loaded: tests of authors may put their own in the place of the global ones. */
const { setImmediate: nextTurn, clearImmediate: cancelTurn } = globalThis;

/** How many attempts work at once, unless told otherwise. */
export const BUSY_ATTEMPTS_MAX = 1000;

/** How long an attempt counts as working that neither ends nor says that it waits. */
export const BUSY_MS_MAX = 5000;

/** How many attempts are started before everything else in this process has its turn. */
export const STARTS_PER_TURN_MAX = 32;

/** What begins when there is room for it. */
export interface Enterer {
  begin(): void;
}

/**
 * Bounds how many attempts work at once, and how many begin in one turn of the
 * event loop: ten thousand timers that are due together must not keep a request
 * waiting.
 *
 * 1. First come, first served.
 * 2. Who waits holds no place, or a chain of calls that is longer than the limit
 *    would never end. What wakes it makes it work again without asking for one.
 * 3. Nobody holds a place for longer than {@link BUSY_MS_MAX}: an attempt may wait
 *    for another without a word, as one does that calls a service by a client. So
 *    it may take longer until an attempt begins, but it begins.
 */
export class BusyLimit {
  readonly #clock: Clock;
  readonly #max: number;
  /** In the order in which they came. */
  readonly #queue = new TransientSet<Enterer>();
  /** Since when, in the order in which they began. */
  readonly #busy = new TransientMap<Enterer, number>();
  #startsLeft = STARTS_PER_TURN_MAX;
  #turn: NodeJS.Immediate | undefined;
  #clearRelief: (() => void) | undefined;

  constructor(clock: Clock, max: number) {
    this.#clock = clock;
    this.#max = max;
  }

  get queued(): number {
    return this.#queue.size;
  }

  /** Calls its `begin` when it is its turn, at once if nobody is before it. */
  enter(attempt: Enterer): void {
    this.#queue.add(attempt);
    this.#beginNext();
  }

  /** It does not work any more, or not yet and never will. */
  leave(attempt: Enterer): void {
    if (this.#queue.delete(attempt)) return;
    if (this.#busy.delete(attempt)) this.#beginNext();
  }

  /** Those that have not begun never will. */
  close(): void {
    this.#queue.clear();
    this.#busy.clear();
    if (this.#turn !== undefined) cancelTurn(this.#turn);
    this.#clearRelief?.();
  }

  #beginNext(): void {
    for (let attempt = this.#queue.first(); attempt !== undefined; attempt = this.#queue.first()) {
      if (this.#startsLeft === 0) return;
      if (this.#busy.size >= this.#max) {
        this.#planRelief();
        return;
      }
      this.#queue.delete(attempt);
      this.#busy.set(attempt, this.#clock.now());
      this.#startsLeft -= 1;
      this.#turn ??= nextTurn(() => this.#nextTurn());
      attempt.begin();
    }
  }

  #nextTurn(): void {
    this.#turn = undefined;
    this.#startsLeft = STARTS_PER_TURN_MAX;
    this.#beginNext();
  }

  /** Rule 3; nothing needs to be done while nobody queues. */
  #planRelief(): void {
    if (this.#clearRelief !== undefined) return;
    const [, oldestSinceMs = this.#clock.now()] = this.#busy.first() ?? [];
    this.#clearRelief = this.#clock.setTimer(oldestSinceMs + BUSY_MS_MAX, () => {
      this.#clearRelief = undefined;
      const untilMs = this.#clock.now() - BUSY_MS_MAX;
      for (let oldest = this.#busy.first(); oldest !== undefined; oldest = this.#busy.first()) {
        const [attempt, sinceMs] = oldest;
        if (sinceMs > untilMs) break;
        this.#busy.delete(attempt);
      }
      this.#beginNext();
    });
  }
}
