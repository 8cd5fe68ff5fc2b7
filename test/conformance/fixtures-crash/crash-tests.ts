import { it, vi } from "vitest";
import type { CrashReport } from "./report.ts";
import { roundsFromEnvironment, seedFromEnvironment, timeoutMsFor } from "./settings.ts";

/** A crash run as a test. */
export interface CrashTest {
  readonly name: string;
  /** How many rounds when the environment does not say. */
  readonly rounds: number;
  run(chosen: { readonly seed: number; readonly rounds: number }): Promise<CrashReport>;
}

/** Each waits a lot, and is to find its processes busy, not starved. */
const CONCURRENCY = 2;

/**
 * Declares a test for each. `PERDURE_CRASH_ROUNDS=200` makes a long run,
 * `PERDURE_CRASH_SEED` repeats one; the name of a test that fails says its seed.
 */
export function crashTests(tests: readonly CrashTest[]): void {
  vi.setConfig({ maxConcurrency: CONCURRENCY });
  for (const { name, rounds: usual, run } of tests) {
    const [seed, rounds] = [seedFromEnvironment(), roundsFromEnvironment(usual)];
    it.concurrent(
      `${name} (PERDURE_CRASH_SEED=${seed})`,
      async () => {
        const report = await run({ seed, rounds });
        console.info(`${name}, seed ${seed}: ${JSON.stringify(report)}`);
      },
      timeoutMsFor(rounds),
    );
  }
}
