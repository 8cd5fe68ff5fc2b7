import { expect } from "vitest";
import type { LogStore } from "../log-store.ts";
import type { Write } from "../store.ts";
import { recoverAll, textOf } from "./store-suite.ts";

/**
 * The commits of one life of a store, in order, and how many of them were
 * acknowledged: after a crash a store must hold what some number of them made of
 * the beginning, no fewer than were acknowledged.
 */
export class History {
  acknowledged = 0;
  readonly #states: ReadonlyMap<string, string>[];

  constructor(beginning: ReadonlyMap<string, string> = new Map()) {
    this.#states = [beginning];
  }

  /** Fails when the store acknowledges out of order. */
  async commit(store: LogStore, writes: readonly Write[]): Promise<void> {
    const state = new Map(this.#states.at(-1));
    for (const { key, value } of writes) {
      if (value === undefined) state.delete(key);
      else state.set(key, textOf(value) as string);
    }
    const number = this.#states.push(state) - 1;
    await store.commit(writes);
    expect(this.acknowledged).toBe(number - 1);
    this.acknowledged = number;
  }

  /** Reads the store, just opened, and says how many commits it holds. */
  async check(store: LogStore): Promise<{ readonly commits: number; readonly content: Map<string, string> }> {
    const content = await recoverAll(store);
    for (let commits = this.#states.length - 1; commits >= this.acknowledged; commits -= 1) {
      if (isSame(content, this.#states[commits])) return { commits, content };
    }
    expect(content).toEqual(this.#states[this.acknowledged]);
    throw new Error("unreachable");
  }
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string> | undefined): boolean {
  if (a.size !== b?.size) return false;
  for (const [key, value] of a) if (b.get(key) !== value) return false;
  return true;
}
