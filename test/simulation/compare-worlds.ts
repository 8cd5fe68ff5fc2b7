import type { Effect } from "../../packages/engine/src/state-machine/effects.ts";
import type { LiveInvocation } from "../../packages/engine/src/state-machine/records.ts";
import type { World } from "../../packages/engine/src/state-machine/world.ts";
import { type LoadResult, toTimerId } from "./engine.ts";
import { findDifference } from "./values.ts";
import { require } from "./violation.ts";

/**
 * Two worlds, one of which was read from what the other one wrote. What an attempt
 * or a client alone knows is left out: it is lost in a restart, and may be.
 */
export function requireSameWorld(live: World, recovered: World): void {
  const difference = findDifference(picture(live), picture(recovered));
  require(difference === undefined, () => `A restart would change what is known (now / then): ${difference}`);
}

function picture(world: World): unknown {
  return {
    live: byKey(world.live, (invocation) => pictureOf(world, invocation)),
    completed: byKey(world.completed, (facts) => facts),
    states: byKey(world.states, (state) => byKey(state, (value) => value)),
    promises: byKey(world.promises, (promises) =>
      byKey(promises, ({ result, waiting }) => ({
        result,
        waiting: waiting.map(({ callerId, completionId }) => `${callerId} ${completionId}`).sort(),
      })),
    ),
    locks: byKey(world.locks, (holder) => holder),
    inboxes: byKey(world.inboxes, (items) =>
      items.map((item) => (item.type === "edit" ? `edit ${item.edit.seq}` : item.id)),
    ),
  };
}

function pictureOf(world: World, invocation: LiveInvocation): unknown {
  const { waiters, attempt, knownEntries, reportedAwait, expected, completed, nextRetryAtMs, ...stored } =
    invocation;
  // A restart makes the attempts that are due, which is a change; the rest is as it was.
  const isDue = nextRetryAtMs !== undefined && nextRetryAtMs <= world.nowMs;
  return {
    ...stored,
    modifiedAtMs: undefined,
    awaitingOn: invocation.status === "suspended" ? invocation.awaitingOn : undefined,
    nextRetryAtMs: isDue ? undefined : nextRetryAtMs,
    expected: byKey(new Map(Array.from(expected, ([id, { type }]) => [String(id), type])), (type) => type),
    completed: byKey(new Map(Array.from(completed, ([id, is]) => [String(id), is])), (is) => is),
  };
}

interface Entries<T> {
  entries(): Iterable<[string, T]>;
}

function byKey<T>(map: Entries<T>, draw: (value: T) => unknown): Record<string, unknown> {
  return Object.fromEntries(
    [...map.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => [key, draw(value)]),
  );
}

/** What the outside has been asked to do, and must be asked for again after a restart. */
export class Tasks {
  readonly #timers = new Map<string, number>();
  readonly #reads: string[] = [];

  constructor(timers: ReadonlyMap<string, { readonly atMs: number }>, reads: readonly LoadResult[]) {
    for (const [id, { atMs }] of timers) this.#timers.set(id, atMs);
    for (const read of reads) this.#read(read);
  }

  add(effects: readonly Effect[]): this {
    for (const effect of effects) {
      if (effect.type === "setTimer") this.#timers.set(toTimerId(effect.timer), effect.atMs);
      else if (effect.type === "clearTimer") this.#timers.delete(toTimerId(effect.timer));
      else if (effect.type === "loadResult") this.#read(effect);
    }
    return this;
  }

  #read({ callerId, completionId, invocationId }: LoadResult): void {
    this.#reads.push(`${callerId} ${completionId} of ${invocationId}`);
  }

  /** Whether a result is on its way that was forgotten meanwhile. A restart would not wait for it. */
  readsForgotten(world: World): boolean {
    return this.#reads.some((read) => !world.completed.has(read.split(" ").at(-1) ?? ""));
  }

  /** Of those that still matter in this world. */
  list(world: World): string[] {
    const timers = [...this.#timers].flatMap(([id, atMs]) => {
      const [type, invocationId = ""] = id.split(" ");
      const isDueRetry = type === "retry" && atMs <= world.nowMs;
      return world.live.has(invocationId) && !isDueRetry ? [`${id} at ${atMs}`] : [];
    });
    const reads = this.#reads.filter((read) => {
      const [callerId = "", completionId] = read.split(" ");
      return world.live.get(callerId)?.expected.has(Number(completionId)) ?? false;
    });
    return [...new Set([...timers, ...reads])].sort();
  }
}

export function requireSameTasks(now: readonly string[], then: readonly string[]): void {
  const lost = now.filter((task) => !then.includes(task));
  const added = then.filter((task) => !now.includes(task));
  require(lost.length === 0, () => `A restart would forget: ${lost.join("; ")}`);
  require(added.length === 0, () => `A restart would do what nobody waits for: ${added.join("; ")}`);
}
