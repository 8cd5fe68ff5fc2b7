import type { SimulatedEngine } from "./engine.ts";
import type { Ledger } from "./ledger.ts";
import { toText } from "./values.ts";
import { require } from "./violation.ts";

/** What must hold when all has come to rest. */

/** Nothing is kept in memory for what has ended. */
export function requireNothingLeft({ machine, timers, attempts, reads }: SimulatedEngine): void {
  const { world } = machine;
  const left = {
    locks: world.locks.size,
    inboxes: world.inboxes.size,
    running: world.running.size,
    timers: timers.size,
    attempts: attempts.size,
    reads: reads.length,
    openPromises: [...world.promises.values()].flatMap((promises) =>
      [...promises.values()].filter(({ result }) => result === undefined),
    ).length,
    waitersOfPromises: [...world.promises.values()].flatMap((promises) =>
      [...promises.values()].flatMap(({ waiting }) => waiting),
    ).length,
  };
  for (const [what, count] of Object.entries(left))
    require(count === 0, () => `${count} ${what} are left over.`);
}

/** Stored is what follows from the ledger, and nothing else: results that are kept, states, promises. */
export function requireOnlyWhatIsOwed({ durable, machine }: SimulatedEngine, ledger: Ledger): void {
  const expected = ledger.keyed.stored();
  for (const id of ledger.retained) {
    expected.set(`a/${id}`, undefined);
    if (machine.world.completed.hasJournalApart(id)) expected.set(`b/${id}`, undefined);
  }
  for (const key of durable.keys()) require(expected.has(key), () => `${key} is stored, and should not be.`);
  for (const [key, value] of expected) {
    const stored = durable.get(key);
    require(stored !== undefined, () => `${key} should be stored, and is not.`);
    require(value === undefined || toText(stored) === value, () => {
      return `${key} should be ${value}, and is ${toText(stored)}.`;
    });
  }
  for (const id of ledger.retained) {
    require(machine.world.completed.has(id), () => `The engine does not know that ${id} has ended.`);
  }
}
