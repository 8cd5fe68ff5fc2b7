import { describe } from "vitest";
import { crashRun } from "./fixtures-crash/crash-run.ts";
import { crashTests } from "./fixtures-crash/crash-tests.ts";

/** The endpoint is killed by SIGKILL under load, and started again on its port. */
describe("an endpoint that is killed loses nothing and repeats nothing that was journaled", () => {
  crashTests([
    {
      name: "while handlers stay",
      rounds: 15,
      run: (chosen) => crashRun({ ...chosen, victims: ["endpoint"] }),
    },
    {
      name: "while handlers are suspended at every await",
      rounds: 15,
      run: (chosen) => crashRun({ ...chosen, victims: ["endpoint"], inactivityTimeout: 0 }),
    },
    {
      name: "over HTTP/1.1",
      rounds: 10,
      run: (chosen) => crashRun({ ...chosen, victims: ["endpoint"], useHttp11: true }),
    },
  ]);
});

describe("an endpoint that is asked to end", () => {
  crashTests([
    {
      name: "repeats nothing at all",
      rounds: 10,
      run: (chosen) => crashRun({ ...chosen, victims: ["polite endpoint"] }),
    },
  ]);
});
