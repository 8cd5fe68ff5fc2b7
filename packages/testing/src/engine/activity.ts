/** Taken when this is loaded: a test may replace the global timers by its runner's own. */
const { setImmediate: nextTurn, setTimeout: startTimer, clearTimeout: stopTimer } = globalThis;

/** So many turns of the event loop must pass in which nothing happens. */
const QUIET_TURNS = 2;

/**
 * What happens in an engine, so that others notice when nothing does any more.
 *
 * 1. Quiet means that nothing happened for some turns of the event loop. Whoever
 *    waits for I/O or a timer of its own is quiet too.
 */
export class Activity {
  #count = 0;
  readonly #listeners = new Set<() => void>();

  /** Something happened. */
  note(): void {
    this.#count += 1;
    for (const listener of this.#listeners) listener();
  }

  /** Called at each thing that happens, so it should do next to nothing. The result ends that. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves when it is quiet, or, if `patienceMs` is given, after so many real milliseconds in which it was not. */
  async quiet(patienceMs: number = Infinity): Promise<void> {
    const startedAtMs = realNow();
    let seen: number;
    do {
      if (realNow() - startedAtMs > patienceMs) return;
      seen = this.#count;
      for (let turn = 0; turn < QUIET_TURNS; turn += 1)
        await new Promise<void>((resolve) => nextTurn(resolve));
    } while (seen !== this.#count);
  }

  /** Resolves when something happens, or after so many real milliseconds. */
  next(patienceMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        stopTimer(timer);
        stop();
        resolve();
      };
      const stop = this.listen(done);
      const timer = startTimer(done, patienceMs);
    });
  }
}

/** Milliseconds of the real time, which no test replaces. */
export const realNow: () => number = performance.now.bind(performance);
