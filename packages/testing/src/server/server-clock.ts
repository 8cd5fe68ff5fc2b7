import type { TestClock } from "../engine/test-clock.ts";
import { toCheckedMs } from "../engine/test-clock.ts";
import { TestEngineError } from "../engine/test-engine-error.ts";
import { wallNow } from "../real.ts";
import type { ServerWatch } from "./server-watch.ts";

/** The time of a real server, which nobody can move: there is only waiting. */
export function createServerClock(watch: ServerWatch): TestClock {
  return {
    now: wallNow,
    advance: async () => refuse("advance"),
    advanceTo: async () => refuse("advanceTo"),
    settle: async () => void (await watch.settle("settle")),
    runUntilIdle: ({ atMost } = {}) =>
      watch.runUntilIdle(atMost === undefined ? undefined : toCheckedMs("atMost", atMost)),
  };
}

function refuse(method: string): never {
  throw new TestEngineError(
    "realTime",
    `clock.${method}: this test runs on a real server, whose time nobody can move.`,
    'Run it on the engine only: say on: "engine" where it is created, or skip the test where engine.on is "restate-server".',
  );
}
