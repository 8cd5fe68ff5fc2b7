import { describe, it } from "vitest";
import { crashRun, type Victim } from "./fixtures-crash/crash-run.ts";
import { roundsFromEnvironment, seedFromEnvironment, timeoutMsFor } from "./fixtures-crash/settings.ts";

/**
 * The server is killed by SIGKILL in the middle of work and started again on its
 * folder; then server and endpoint in turn, by chance. Clients repeat what they
 * asked for under an idempotency key until they have an answer.
 * `PERDURE_CRASH_ROUNDS=200` makes a long run, `PERDURE_CRASH_SEED` repeats one.
 */
describe("a server that is killed loses nothing and does nothing twice", () => {
  const rounds = roundsFromEnvironment(6);
  const runs: { name: string; victims: Victim[]; inactivity: { inactivityTimeout?: number } }[] = [
    { name: "alone", victims: ["server"], inactivity: {} },
    {
      name: "with the endpoint, while handlers are suspended at every await",
      victims: ["server", "endpoint"],
      inactivity: { inactivityTimeout: 0 },
    },
  ];
  for (const { name, victims, inactivity } of runs) {
    const seed = seedFromEnvironment();
    it(
      `${name} (PERDURE_CRASH_SEED=${seed})`,
      async () => {
        const report = await crashRun({ seed, rounds, victims, ...inactivity });
        console.info(`${name}, seed ${seed}: ${JSON.stringify(report)}`);
      },
      timeoutMsFor(rounds),
    );
  }
});
