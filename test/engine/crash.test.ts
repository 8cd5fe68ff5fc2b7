import { describe } from "vitest";
import { crashTests } from "../conformance/fixtures-crash/crash-tests.ts";
import { engineCrashRun } from "./fixtures/engine-crash-run.ts";

/**
 * An engine and its services, in one process or in two, are killed by SIGKILL under
 * load and started again on the same folder.
 */
describe("an engine that is killed loses nothing and repeats nothing that was journaled", () => {
  crashTests([
    { name: "while handlers stay", rounds: 8, run: (chosen) => engineCrashRun(chosen) },
    {
      name: "while handlers are suspended at every await",
      rounds: 5,
      run: (chosen) => engineCrashRun({ ...chosen, inactivityMs: 0 }),
    },
    {
      name: "with an endpoint elsewhere, which is killed too",
      rounds: 6,
      run: (chosen) => engineCrashRun({ ...chosen, remote: true }),
    },
  ]);
});
