/**
 * What an attempt needs of the JavaScript runtime it runs on.
 */
export interface Runtime {
  /**
   * Calls `step` once the microtasks (and, on Node, the ticks) that are queued
   * from now on have run, with all that they queue. So it is called before the
   * code that is to come to rest is resumed. With `yieldTurn` timers and I/O of
   * the process get a turn first.
   */
  quiesce(step: () => void, options: { readonly yieldTurn: boolean }): void;
  /** Calls `fire` once after the delay, without keeping the process alive; the result prevents it. */
  startTimer(delayMs: number, fire: () => void): () => void;
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Keeps rejections that the journal delivered to a branch nobody has awaited
   * yet from ending the process, until the function that is returned is called.
   */
  guardRejections(): () => void;
}

/** A macrotask, by the means the runtime has. Microtasks have drained when it runs. */
export type Macrotask = (task: () => void) => void;

/**
 * Gathers the steps of all attempts into one macrotask. A step that another
 * attempt's step precedes still finds its own code quiescent, as attempts share
 * no durable promises.
 */
export function createBatcher(schedule: Macrotask): (step: () => void) => void {
  let queue: (() => void)[] = [];
  const runAll = (): void => {
    const due = queue;
    queue = [];
    for (const step of due) step();
  };
  return (step) => {
    queue.push(step);
    if (queue.length === 1) schedule(runAll);
  };
}
