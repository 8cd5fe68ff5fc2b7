/**
 * Where the engine's outer rooms have the time from.
 *
 * 1. A timer fires at its time or after it, never before, as `now` tells it.
 * 2. Timers that are due together fire in the order of their times, and those of
 *    one time in the order in which they were set.
 * 3. Setting a timer never fires it synchronously.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `fire` once at this time, or soon if it has passed. The result prevents it. */
  setTimer(atMs: number, fire: () => void): () => void;
}
