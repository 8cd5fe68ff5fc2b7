import type { Write } from "../store/store.ts";
import type { Effect } from "./effects.ts";

/** What one event leads to: writes that are committed as one, then effects in order. */
export interface Step {
  readonly writes: readonly Write[];
  readonly effects: readonly Effect[];
}

/** Gathers a step. A key that is written twice keeps its last value. */
export class StepBuilder {
  readonly #writes = new Map<string, Uint8Array | undefined>();
  readonly #effects: Effect[] = [];

  write(key: string, value: Uint8Array | undefined): void {
    this.#writes.set(key, value);
  }

  effect(effect: Effect): void {
    this.#effects.push(effect);
  }

  build(): Step {
    return {
      writes: Array.from(this.#writes, ([key, value]) => ({ key, value })),
      effects: this.#effects,
    };
  }
}
