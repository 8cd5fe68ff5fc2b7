import { type Clock, TimerHeap } from "@perdure/engine/internal";

/**
 * The time of a test engine. It moves only when it is told to.
 *
 * 1. A timer fires with the time at which it is due.
 * 2. There are two kinds of timers. Work: sleeps, delayed starts, retries. Upkeep:
 *    the timeouts of attempts. Time moves by itself for the sake of work only.
 * 3. What has outlived its retention is swept at most once with each move.
 */
export class VirtualTime {
  readonly #work = new TimerHeap();
  readonly #upkeep = new TimerHeap();
  #nowMs: number;
  #sweep: { readonly atMs: number; readonly fire: () => void } | undefined;

  /** For the engine. */
  readonly workClock: Clock;
  /** For attempts. */
  readonly upkeepClock: Clock;
  /** For the sweeps. */
  readonly sweepClock: Clock;

  constructor(startMs: number) {
    this.#nowMs = startMs;
    const now = (): number => this.#nowMs;
    this.workClock = { now, setTimer: (atMs, fire) => this.#work.add(atMs, fire) };
    this.upkeepClock = { now, setTimer: (atMs, fire) => this.#upkeep.add(atMs, fire) };
    this.sweepClock = {
      now,
      setTimer: (atMs, fire) => {
        this.#sweep = { atMs, fire };
        return () => {
          this.#sweep = undefined;
        };
      },
    };
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** When the next thing happens for which time moves by itself. */
  get nextWorkAtMs(): number | undefined {
    return this.#work.nextAtMs;
  }

  /**
   * Moves to the next timer and fires all of its kind that are due then. False if there is
   * none until `limitMs`. What is due for work comes first: a timeout that an attempt
   * reaches in the same moment finds it done.
   */
  step(limitMs: number): boolean {
    const workMs = this.#work.nextAtMs ?? Infinity;
    const upkeepMs = this.#upkeep.nextAtMs ?? Infinity;
    const nextMs = Math.min(workMs, upkeepMs);
    if (nextMs > limitMs || nextMs === Infinity) return false;
    this.moveTo(nextMs);
    const heap = workMs <= upkeepMs ? this.#work : this.#upkeep;
    for (let due = heap.takeDue(this.#nowMs); due !== undefined; due = heap.takeDue(this.#nowMs)) due.fire();
    return true;
  }

  /** Moves without firing anything but the sweep: nothing may be due before. Not back. */
  moveTo(atMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, atMs);
    const sweep = this.#sweep;
    if (sweep === undefined || sweep.atMs > this.#nowMs) return;
    this.#sweep = undefined;
    sweep.fire();
  }
}
