import { describe, it } from "vitest";
import {
  roundsFromEnvironment,
  seedFromEnvironment,
  timeoutMsFor,
} from "../conformance/fixtures-crash/settings.ts";
import { type EngineCrashOptions, engineCrashRun } from "./fixtures/engine-crash-run.ts";

/**
 * An engine and its services, in one process or in two, are killed by SIGKILL under
 * load and started again on the same folder. `PERDURE_CRASH_ROUNDS=100` makes a long run,
 * `PERDURE_CRASH_SEED` repeats one.
 */
describe("an engine that is killed loses nothing and repeats nothing that was journaled", () => {
  const runs: { name: string; usual: number; options: Partial<EngineCrashOptions> }[] = [
    { name: "while handlers stay", usual: 8, options: {} },
    { name: "while handlers are suspended at every await", usual: 5, options: { inactivityMs: 0 } },
    { name: "with an endpoint elsewhere, which is killed too", usual: 6, options: { remote: true } },
  ];
  for (const { name, usual, options } of runs) {
    const [seed, rounds] = [seedFromEnvironment(), roundsFromEnvironment(usual)];
    it(
      `${name} (PERDURE_CRASH_SEED=${seed})`,
      async () => {
        const report = await engineCrashRun({ seed, rounds, ...options });
        console.info(`${name}, seed ${seed}: ${JSON.stringify(report)}`);
      },
      timeoutMsFor(rounds),
    );
  }
});
