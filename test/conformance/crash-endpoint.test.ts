import { describe, it } from "vitest";
import { crashRun } from "./fixtures-crash/crash-run.ts";
import { roundsFromEnvironment, seedFromEnvironment, timeoutMsFor } from "./fixtures-crash/settings.ts";

/**
 * The endpoint is killed by SIGKILL under load, and started again on its port.
 * `PERDURE_CRASH_ROUNDS=200` makes a long run, `PERDURE_CRASH_SEED` repeats one.
 */
describe("an endpoint that is killed loses nothing and repeats nothing that was journaled", () => {
  const rounds = roundsFromEnvironment(20);
  const places = [
    { name: "while handlers stay", inactivity: {} },
    { name: "while handlers are suspended at every await", inactivity: { inactivityTimeout: 0 } },
  ];
  for (const { name, inactivity } of places) {
    const seed = seedFromEnvironment();
    it(
      `${name} (PERDURE_CRASH_SEED=${seed})`,
      async () => {
        const report = await crashRun({ seed, rounds, victims: ["endpoint"], ...inactivity });
        console.info(`${name}, seed ${seed}: ${JSON.stringify(report)}`);
      },
      timeoutMsFor(rounds),
    );
  }
});
