import type { Clock } from "./clock.ts";
import { TimerHeap } from "./timer-heap.ts";

/**
 * The longest time that one of Node's timers runs. Longer waits are made of
 * several, which also bounds how late a timer fires when the machine slept or its
 * clock was set.
 */
const SLICE_MS_MAX = 60_000;

/** How many timers fire before everything else in this process has its turn. */
export const FIRED_PER_TURN_MAX = 64;

/**
 * The machine's clock. All timers together are one of Node's, so that a hundred
 * thousand of them cost little; while there are any, the process stays alive.
 */
export function createRealClock(): Clock {
  const heap = new TimerHeap();
  let armed: { readonly atMs: number; readonly handle: NodeJS.Timeout } | undefined;
  /** While timers fire, the time up to which they are due. */
  let firingUntilMs = -Infinity;

  function arm(): void {
    const { nextAtMs } = heap;
    if (nextAtMs === undefined) {
      disarm();
      return;
    }
    if (armed !== undefined && armed.atMs <= nextAtMs) return;
    disarm();
    const delayMs = Math.min(Math.max(Math.ceil(nextAtMs - Date.now()), 0), SLICE_MS_MAX);
    armed = { atMs: nextAtMs, handle: setTimeout(fireDue, delayMs) };
  }

  function disarm(): void {
    if (armed !== undefined) clearTimeout(armed.handle);
    armed = undefined;
  }

  function fireDue(): void {
    armed = undefined;
    const nowMs = Date.now();
    firingUntilMs = nowMs;
    try {
      for (let left = FIRED_PER_TURN_MAX; left > 0; left -= 1) {
        const due = heap.takeDue(nowMs);
        if (due === undefined) break;
        due.fire();
      }
    } finally {
      firingUntilMs = -Infinity;
      arm();
    }
  }

  return {
    now: Date.now,
    setTimer(atMs, fire) {
      // One that is set by one that fires waits for another turn, or it could go on for ever.
      const remove = heap.add(Math.max(atMs, firingUntilMs + 1), fire);
      arm();
      return () => {
        remove();
        if (heap.size === 0) disarm();
      };
    },
  };
}

/** The clock of this process. */
export const realClock: Clock = createRealClock();
