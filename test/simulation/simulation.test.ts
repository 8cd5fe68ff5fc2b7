import { expect, test } from "vitest";
import { BREAKAGES } from "./broken-engines.ts";
import type { Facts } from "./facts.ts";
import { describeFailure, findFailure } from "./find-failure.ts";
import { EXPECTED, namesOf } from "./occurrences.ts";
import { Simulation } from "./simulation.ts";

/**
 * Random histories of the engine's state machine. `PERDURE_SIM_SEED` is the first
 * seed and `PERDURE_SIM_HISTORIES` the number of histories; the same seed gives the
 * same history.
 */

const seed = Number(process.env.PERDURE_SIM_SEED ?? 1);
const histories = Number(process.env.PERDURE_SIM_HISTORIES ?? 2_000);

/** A million histories may take hours. */
const PER_HISTORY_MS = 500;

test("the engine keeps its promises in every history", {
  timeout: 60_000 + histories * PER_HISTORY_MS,
}, () => {
  const failure = findFailure({ seed, histories });
  expect(failure === undefined ? "" : describeFailure(failure)).toBe("");
});

/** Each broken engine is found within as many histories, a tenth of what the whole one passes. */
const BROKEN_HISTORIES = 200;

test.each(BREAKAGES)("it is found when $name", { timeout: 120_000 }, (breakage) => {
  const failure = findFailure({ seed: 1, histories: BROKEN_HISTORIES, breakage });
  expect(failure?.error.name).toBe("Violation");
  expect(failure === undefined ? "" : describeFailure(failure)).toContain(
    `PERDURE_SIM_SEED=${failure?.seed} `,
  );
});

test("histories are about everything that can happen", { timeout: 120_000 }, () => {
  const missing = new Set(EXPECTED);
  for (let next = 1; next <= 1_000 && missing.size > 0; next += 1) {
    const onFacts = (facts: Facts): void => {
      for (const name of namesOf(facts)) missing.delete(name);
    };
    new Simulation({ seed: next, onFacts }).run();
  }
  expect([...missing]).toEqual([]);
});

test("the same seed gives the same history", () => {
  const tell = (): string[] => {
    const lines: string[] = [];
    new Simulation({ seed: 7, trace: (text) => lines.push(text()) }).run();
    return lines;
  };
  const lines = tell();
  expect(lines.length).toBeGreaterThan(50);
  expect(tell()).toEqual(lines);
});
