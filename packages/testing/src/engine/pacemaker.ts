import type { EngineApi, LiveInvocation } from "@perdure/engine/internal";
import { type Activity, realNow } from "./activity.ts";
import type { ClientWait, ClientWaits } from "./client-waits.ts";
import { TestEngineError } from "./test-engine-error.ts";
import type { VirtualTime } from "./virtual-time.ts";
import { sayDuration, sayList } from "./words.ts";

/**
 * Decides when time moves.
 *
 * 1. By itself only while a client waits for a result, every handler waits for
 *    something durable, and nothing is on its way; then to the next timer.
 * 2. What fails too often in a row is paused, so that time does not run away.
 * 3. A client whose result cannot come any more, whatever the time, is told so.
 */
export interface PacemakerOptions {
  readonly isAutomatic: boolean;
  readonly time: VirtualTime;
  readonly activity: Activity;
  readonly waits: ClientWaits;
  /** Nothing is under way, but what waits for something durable. */
  readonly isRested: () => boolean;
  /** Something is held back on purpose, so that even a move by hand waits for it. */
  readonly isHeld: () => boolean;
  /** Who is under way, so that a pause for the same ones is made only once. */
  readonly busyKey: () => string;
  readonly api: () => EngineApi;
  readonly describeRunning: () => readonly string[];
  readonly failuresMax: number;
  readonly horizonMs: number;
  /** How long, in real milliseconds, handlers may take to come to rest. */
  readonly patienceMs: number;
}

/** The most timers to which time moves for one client that waits, or for one call of `runUntilIdle`. */
export const TIMERS_MAX = 100_000;

/** How long, in real milliseconds, a move by hand waits for the author's own work before it goes on without. */
export const ADVANCE_PATIENCE_MS = 25;

export class Pacemaker {
  readonly #options: PacemakerOptions;
  readonly #stopListening: () => void;
  #pumping = false;
  #closed = false;
  /** Moves by hand that are under way; time does not move by itself meanwhile. */
  #byHand = 0;
  /** How often time moved by itself while the client waits that has waited longest. */
  #steps = 0;
  #longest: ClientWait | undefined;
  #patienceSpentOn = "";

  constructor(options: PacemakerOptions) {
    this.#options = options;
    this.#stopListening = options.activity.listen(() => this.#wake());
  }

  close(): void {
    this.#closed = true;
    this.#stopListening();
  }

  /** Resolves when all handlers wait for something durable. Time stands still. */
  async settle(what: string): Promise<void> {
    const { activity, isRested, describeRunning, patienceMs } = this.#options;
    const startedAtMs = realNow();
    for (;;) {
      await activity.quiet(patienceMs);
      if (isRested() || this.#closed) return;
      const leftMs = patienceMs - (realNow() - startedAtMs);
      if (leftMs <= 0) {
        throw new TestEngineError(
          "busy",
          `${what}: after ${patienceMs} ms of real time some handlers have not come to rest:\n${sayList(describeRunning())}`,
          "Let the run or the promise that they wait for settle, for example by replacing the run (runs: {...}), or move the time by hand with clock.advance(), which does not wait for them.",
        );
      }
      await activity.next(leftMs);
    }
  }

  async advanceTo(atMs: number): Promise<void> {
    const { time } = this.#options;
    await this.#hold(async () => {
      await this.#settleOrGiveUp();
      while (!this.#closed && time.step(atMs)) await this.#settleOrGiveUp();
      time.moveTo(atMs);
      await this.#settleOrGiveUp();
    });
  }

  /** Moves from timer to timer until no work is planned, or until `limitMs`, if there is one. */
  async runUntilIdle(limitMs: number | undefined): Promise<void> {
    const { time, horizonMs } = this.#options;
    const startMs = time.nowMs;
    await this.#hold(async () => {
      for (let steps = 0; !this.#closed; steps += 1) {
        await this.settle("runUntilIdle");
        const paused = await this.#pauseHopeless();
        if (paused.length > 0) throw this.#pausedError("runUntilIdle", paused);
        const nextMs = time.nextWorkAtMs;
        if (nextMs === undefined) return;
        if (limitMs !== undefined && nextMs > limitMs) {
          time.moveTo(limitMs);
          return;
        }
        if (limitMs === undefined && (nextMs - startMs > horizonMs || steps >= TIMERS_MAX)) {
          throw this.#endlessError("runUntilIdle", time.nowMs - startMs, steps);
        }
        time.step(Infinity);
      }
    });
  }

  async #hold(work: () => Promise<void>): Promise<void> {
    this.#byHand += 1;
    try {
      await work();
    } finally {
      this.#byHand -= 1;
      this.#wake();
    }
  }

  /** Like `settle`, but work of the author's own holds it up only for a moment, and only once. */
  async #settleOrGiveUp(): Promise<void> {
    const { activity, isRested, isHeld, busyKey, patienceMs } = this.#options;
    let startedAtMs = realNow();
    for (;;) {
      await activity.quiet(patienceMs);
      if (isRested() || this.#closed) {
        this.#patienceSpentOn = "";
        return;
      }
      if (isHeld()) {
        await activity.next(ADVANCE_PATIENCE_MS);
        startedAtMs = realNow();
        continue;
      }
      const leftMs = ADVANCE_PATIENCE_MS - (realNow() - startedAtMs);
      const key = busyKey();
      if (key === this.#patienceSpentOn) return;
      if (leftMs <= 0) {
        this.#patienceSpentOn = key;
        return;
      }
      await activity.next(leftMs);
    }
  }

  #wake(): void {
    if (this.#pumping || this.#closed) return;
    this.#pumping = true;
    void this.#pump();
  }

  async #pump(): Promise<void> {
    try {
      do await this.#options.activity.quiet();
      while (await this.#beat());
    } catch (error) {
      // What is under way while the engine closes is refused.
      if (!this.#closed) throw error;
    } finally {
      this.#pumping = false;
    }
  }

  /** Rule 1. True if there is more to do. */
  async #beat(): Promise<boolean> {
    const { time, waits, isRested, isAutomatic, horizonMs } = this.#options;
    if (this.#closed || this.#byHand > 0 || !isRested()) return false;
    const [longest] = waits.all;
    if (longest === undefined) return false;
    const paused = await this.#pauseHopeless();
    if (paused.length > 0) return true;
    const nextMs = time.nextWorkAtMs;
    if (nextMs === undefined) {
      this.#failHopeless();
      return false;
    }
    if (!isAutomatic) return false;
    if (longest !== this.#longest) this.#steps = 0;
    this.#longest = longest;
    if (nextMs - longest.sinceMs > horizonMs || this.#steps >= TIMERS_MAX) {
      const error = this.#endlessError(
        "The call has no result yet",
        time.nowMs - longest.sinceMs,
        this.#steps,
      );
      longest.fail(error);
      return true;
    }
    this.#steps += 1;
    time.step(Infinity);
    return true;
  }

  /** Rule 2. */
  async #pauseHopeless(): Promise<readonly LiveInvocation[]> {
    const { api, failuresMax } = this.#options;
    const hopeless = [...api().liveInvocations()].filter(
      ({ nextRetryAtMs, retryCount, policyFailures }) =>
        nextRetryAtMs !== undefined && Math.max(retryCount, policyFailures) >= failuresMax,
    );
    for (const { id } of hopeless) await api().control("pause", id);
    return hopeless;
  }

  /** Rule 3. */
  #failHopeless(): void {
    const live = new Map(Array.from(this.#options.api().liveInvocations(), (one) => [one.id, one] as const));
    const paused = [...live.values()].filter(({ status }) => status === "paused");
    if (paused.length === 0) return;
    const waiting = findWaiters(live);
    const { all } = this.#options.waits;
    for (const one of paused) {
      for (const id of withCallers(one, live)) {
        const waiterIds = live.get(id)?.waiters ?? [];
        for (const waiterId of waiterIds) {
          // Both are in the order in which they began.
          all[waiting.indexOf(waiterId)]?.fail(this.#pausedError("The call gets no result", [one]));
        }
      }
    }
  }

  #pausedError(what: string, paused: readonly LiveInvocation[]): TestEngineError {
    const lines = paused.map(({ id, target, lastFailure, retryCount, policyFailures }) => {
      const failures = Math.max(retryCount, policyFailures);
      const why =
        lastFailure === undefined
          ? "it was paused"
          : `it failed ${failures} times in a row, the last time with: ${lastFailure.message}${sayPlace(lastFailure.stacktrace)}`;
      return `${target.service}/${target.handler} (${id}) is paused: ${why}`;
    });
    return new TestEngineError(
      "paused",
      `${what}:\n${sayList(lines)}`,
      `If it is meant to fail for good, throw a TerminalError. If it is meant to be tried more often than ${this.#options.failuresMax} times, raise failuresMax. To test the pause itself, send to the handler instead of calling it, then resume it or kill it.`,
    );
  }

  #endlessError(what: string, elapsedMs: number, steps: number): TestEngineError {
    return new TestEngineError(
      "endless",
      `${what}: time moved on by ${sayDuration(elapsedMs)}, to ${steps} timers, and there is always another one. What runs:\n${sayList(this.#options.describeRunning())}`,
      "A handler that plans its own next run never ends: give runUntilIdle a bound (atMost), or move the time by hand (clock.advance). If something far away is meant to come, raise horizon.",
    );
  }
}

/** The numbers of all clients that wait, ascending. */
function findWaiters(live: ReadonlyMap<string, LiveInvocation>): readonly number[] {
  return [...live.values()].flatMap(({ waiters }) => [...waiters]).sort((a, b) => a - b);
}

/** An invocation and all that wait for its result, directly or not. */
function withCallers(
  { id }: LiveInvocation,
  live: ReadonlyMap<string, LiveInvocation>,
  found: Set<string> = new Set(),
): ReadonlySet<string> {
  if (found.has(id)) return found;
  found.add(id);
  for (const { callerId } of live.get(id)?.sinks ?? []) {
    const caller = live.get(callerId);
    if (caller !== undefined) withCallers(caller, live, found);
  }
  return found;
}

/** Where an error was made; the rest of its stack is of no use here. */
function sayPlace(stacktrace: string | undefined): string {
  const frame = stacktrace?.split("\n").find((line) => line.trimStart().startsWith("at "));
  return frame === undefined ? "" : ` (${frame.trim()})`;
}
