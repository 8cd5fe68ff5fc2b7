import type { Clock } from "../clock/clock.ts";
import type { TimerKey } from "../state-machine/events.ts";

/** The timers that the state machine has set, by what they are for. */
export class Timers {
  readonly #clock: Clock;
  readonly #fire: (timer: TimerKey) => void;
  readonly #stops = new Map<string, () => void>();

  constructor(clock: Clock, fire: (timer: TimerKey) => void) {
    this.#clock = clock;
    this.#fire = fire;
  }

  /** Moves it, if it is set already. */
  set(timer: TimerKey, atMs: number): void {
    const id = toTimerId(timer);
    this.#stops.get(id)?.();
    const stop = this.#clock.setTimer(atMs, () => {
      this.#stops.delete(id);
      this.#fire(timer);
    });
    this.#stops.set(id, stop);
  }

  clear(timer: TimerKey): void {
    const id = toTimerId(timer);
    this.#stops.get(id)?.();
    this.#stops.delete(id);
  }

  clearAll(): void {
    for (const stop of this.#stops.values()) stop();
    this.#stops.clear();
  }
}

function toTimerId(timer: TimerKey): string {
  const base = `${timer.type}/${timer.invocationId}`;
  return timer.type === "sleep" ? `${base}/${timer.completionId}` : base;
}
