import { explore } from "@perdure/testing";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { programs } from "./program.ts";
import { createRunner, worker } from "./program-services.ts";

/**
 * Random concurrent programs under every disturbance: right code is never called
 * wrong. Who wins a race may change; that the code agrees with its journal, and
 * comes to an end, may not.
 */

const COUNT = Number(process.env.PERDURE_EXPLORE_PROGRAMS ?? 60);
const RUNS_MAX = 16;
const SEED = Number(process.env.PERDURE_EXPLORE_SEED ?? Date.now() % 1_000_000);

const runner = createRunner(async () => {});

test(`${COUNT} programs are right, whatever is done to them (seed ${SEED})`, {
  timeout: 240_000,
}, async () => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  for (const program of fc.sample(programs, { numRuns: COUNT, seed: SEED })) {
    const { runs } = await explore({
      setup: () => ({ services: [runner, worker], misuse: "off" }),
      scenario: (engine) => engine.client.serviceClient(runner).run(program),
      check: ({ result }) => expect(result).toMatch(/ ?end/),
      timers: true,
      runsMax: RUNS_MAX,
      seed: SEED,
    });
    expect(runs).toBeGreaterThan(1);
  }
});
