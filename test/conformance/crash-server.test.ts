import { describe } from "vitest";
import { crashRun } from "./fixtures-crash/crash-run.ts";
import { crashTests } from "./fixtures-crash/crash-tests.ts";

/**
 * The server is killed by SIGKILL in the middle of work and started again on its
 * folder; then server and endpoint in turn, by chance. Clients repeat what they
 * asked for under an idempotency key until they have an answer.
 */
describe("a server that is killed loses nothing and does nothing twice", () => {
  crashTests([
    { name: "alone", rounds: 6, run: (chosen) => crashRun({ ...chosen, victims: ["server"] }) },
    {
      name: "with the endpoint, while handlers are suspended at every await",
      rounds: 6,
      run: (chosen) => crashRun({ ...chosen, victims: ["server", "endpoint"], inactivityTimeout: 0 }),
    },
  ]);
});
