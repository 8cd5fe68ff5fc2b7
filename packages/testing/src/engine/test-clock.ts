import type { Duration } from "@perdure/sdk";
import type { Pacemaker } from "./pacemaker.ts";
import { TestEngineError } from "./test-engine-error.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** How far `runUntilIdle` goes. */
export interface RunUntilIdleOptions {
  /**
   * No further than this from now; milliseconds when it is a number. Without it,
   * work that never ends is an error.
   */
  readonly atMost?: Duration | number | undefined;
}

/**
 * The time of a test engine. Sleeps, delayed sends, retries and their backoff,
 * timeouts and retention obey it; the author's own timers, and `Date`, do not.
 */
export interface TestClock {
  /** Milliseconds since the epoch, as `ctx.date.now()` sees them. */
  now(): number;
  /**
   * Moves the time on by this much; milliseconds when it is a number. Everything that is
   * due on the way happens at its own time, and handlers come to rest before the time goes
   * on. A run or a promise of the author's own that takes longer than a moment does not
   * hold it up, so that a timeout of a run can be tested.
   */
  advance(duration: Duration | number): Promise<void>;
  /** Moves on to this time, as `advance` does. Rejects for a time that has passed. */
  advanceTo(time: Date | number): Promise<void>;
  /**
   * Moves from timer to timer until no sleep, delayed start or retry is left. Rejects with
   * a `TestEngineError` when that never comes: code `endless`, `paused` or `busy`.
   */
  runUntilIdle(options?: RunUntilIdleOptions): Promise<void>;
  /**
   * Lets everything happen that can happen now, and resolves when each handler waits for
   * something durable. Never moves the time itself; with `time: "auto"` it moves all the same
   * while a client waits. Rejects (code `busy`) when a handler does not come to rest within
   * `patienceMs`.
   */
  settle(): Promise<void>;
}

export function createTestClock(time: VirtualTime, pacemaker: Pacemaker): TestClock {
  return {
    now: () => time.nowMs,
    advance: async (duration) => {
      const ms = toCheckedMs("clock.advance", duration);
      await pacemaker.advanceTo(time.nowMs + ms);
    },
    advanceTo: async (to) => {
      const atMs = typeof to === "number" ? to : to.getTime();
      if (!(atMs >= time.nowMs)) {
        throw new TestEngineError(
          "misused",
          `clock.advanceTo: it is ${new Date(time.nowMs).toISOString()} already, and the time never goes back.`,
          "Start the engine with an earlier time (now).",
        );
      }
      await pacemaker.advanceTo(atMs);
    },
    runUntilIdle: async ({ atMost } = {}) => {
      const limitMs = atMost === undefined ? undefined : time.nowMs + toCheckedMs("atMost", atMost);
      await pacemaker.runUntilIdle(limitMs);
    },
    settle: () => pacemaker.settle("settle"),
  };
}

/** The milliseconds of a duration, none of them negative. */
export function toCheckedMs(what: string, duration: Duration | number): number {
  const ms = typeof duration === "number" ? duration : sum(duration);
  if (Number.isFinite(ms) && ms >= 0) return ms;
  throw new TestEngineError(
    "misused",
    `${what}: ${JSON.stringify(duration)} is not a span of time.`,
    "Pass milliseconds, or an object such as { days: 30 }.",
  );
}

const UNIT_MS: Readonly<Record<keyof Duration, number>> = {
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1000,
  milliseconds: 1,
};

function sum(duration: Duration): number {
  return Object.entries(duration).reduce(
    (total, [unit, count]) => total + (UNIT_MS[unit as keyof Duration] ?? Number.NaN) * count,
    0,
  );
}
