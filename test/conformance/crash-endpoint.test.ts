import { describe, it } from "vitest";
import { type CrashRunOptions, crashRun } from "./fixtures-crash/crash-run.ts";
import { roundsFromEnvironment, seedFromEnvironment, timeoutMsFor } from "./fixtures-crash/settings.ts";

/**
 * The endpoint is killed by SIGKILL under load, and started again on its port.
 * `PERDURE_CRASH_ROUNDS=200` makes a long run, `PERDURE_CRASH_SEED` repeats one.
 */
describe("an endpoint that is killed loses nothing and repeats nothing that was journaled", () => {
  const runs: { name: string; usual: number; options: Partial<CrashRunOptions> }[] = [
    { name: "while handlers stay", usual: 15, options: {} },
    {
      name: "while handlers are suspended at every await",
      usual: 15,
      options: { inactivityTimeout: 0 },
    },
    { name: "over HTTP/1.1", usual: 10, options: { useHttp11: true } },
  ];
  for (const { name, usual, options } of runs) {
    const [seed, rounds] = [seedFromEnvironment(), roundsFromEnvironment(usual)];
    it(
      `${name} (PERDURE_CRASH_SEED=${seed})`,
      async () => {
        const report = await crashRun({ seed, rounds, victims: ["endpoint"], ...options });
        console.info(`${name}, seed ${seed}: ${JSON.stringify(report)}`);
      },
      timeoutMsFor(rounds),
    );
  }
});

it("an endpoint that is asked to end repeats nothing at all", async () => {
  const [seed, rounds] = [seedFromEnvironment(), roundsFromEnvironment(10)];
  const report = await crashRun({ seed, rounds, victims: ["polite endpoint"] });
  console.info(`asked to end, seed ${seed}: ${JSON.stringify(report)}`);
}, 240_000);
