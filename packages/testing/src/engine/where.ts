import { TestEngineError } from "./test-engine-error.ts";

/** What runs the handlers of a test. */
export type TestPlace = "engine" | "restate-server";

/** The environment variable that says where tests run that do not say it themselves. */
export const PLACE_VARIABLE = "PERDURE_TEST_ON";

const PLACES: readonly string[] = ["engine", "restate-server"] satisfies readonly TestPlace[];

/** `on`, if a test says it; else what the environment says. */
export function toPlace(on: TestPlace | undefined): TestPlace {
  const told = on ?? process.env[PLACE_VARIABLE] ?? "";
  if (told === "") return "engine";
  if (PLACES.includes(told)) return told as TestPlace;
  const where = on === undefined ? `The environment variable ${PLACE_VARIABLE}` : "on";
  throw new TestEngineError(
    "misused",
    `${where} is ${JSON.stringify(told)}, where no test can run.`,
    `Use one of ${PLACES.join(", ")}.`,
  );
}
