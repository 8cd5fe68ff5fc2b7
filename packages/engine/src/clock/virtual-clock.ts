import type { Clock } from "./clock.ts";
import { TimerHeap } from "./timer-heap.ts";

/** A clock that moves when it is told to. */
export interface VirtualClock extends Clock {
  /** How many timers are set. */
  readonly pending: number;
  /** When the next timer is due. */
  readonly nextAtMs: number | undefined;
  /** Moves on, firing what is due on the way, each at its own time. */
  advance(ms: number): void;
  /** Moves to this time, as `advance` does; not back. */
  advanceTo(atMs: number): void;
  /** Moves to the next timer and fires it. False if there is none. */
  runNext(): boolean;
  /**
   * Sets the time, also back, and then fires what is due: what a machine that was
   * asleep, or whose clock was corrected, sees.
   */
  jumpTo(atMs: number): void;
}

export function createVirtualClock(startMs = 0): VirtualClock {
  const heap = new TimerHeap();
  let nowMs = startMs;

  /** A timer that was due before the present, after a jump, does not turn the time back. */
  function fireUntil(atMs: number): void {
    for (let due = heap.takeDue(atMs); due !== undefined; due = heap.takeDue(atMs)) {
      nowMs = Math.max(nowMs, due.atMs);
      due.fire();
    }
  }

  function advanceTo(atMs: number): void {
    fireUntil(atMs);
    nowMs = Math.max(nowMs, atMs);
  }

  return {
    get pending() {
      return heap.size;
    },
    get nextAtMs() {
      return heap.nextAtMs;
    },
    now: () => nowMs,
    setTimer: (atMs, fire) => heap.add(atMs, fire),
    advance: (ms) => advanceTo(nowMs + ms),
    advanceTo,
    runNext() {
      const { nextAtMs } = heap;
      if (nextAtMs === undefined) return false;
      const due = heap.takeDue(nextAtMs);
      nowMs = Math.max(nowMs, nextAtMs);
      due?.fire();
      return true;
    },
    jumpTo(atMs) {
      nowMs = atMs;
      fireUntil(atMs);
    },
  };
}
