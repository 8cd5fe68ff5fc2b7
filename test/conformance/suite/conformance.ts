import { describe, vi } from "vitest";
import type { Place } from "../places/place.ts";
import { awakeableCases } from "./cases/awakeables.ts";
import { callCases } from "./cases/calls.ts";
import { cancellationCases } from "./cases/cancellation.ts";
import { combinatorCases } from "./cases/combinators.ts";
import { definitionCases } from "./cases/definitions.ts";
import { endpointCases } from "./cases/endpoint.ts";
import { errorCases } from "./cases/errors.ts";
import { hookCases } from "./cases/hooks.ts";
import { invocationCases } from "./cases/invocations.ts";
import { loadCases } from "./cases/load.ts";
import { misuseCases } from "./cases/misuse.ts";
import { promiseCases } from "./cases/promises.ts";
import { requestCases } from "./cases/request.ts";
import { runCases } from "./cases/run.ts";
import { serdeCases } from "./cases/serdes.ts";
import { stateCases } from "./cases/state.ts";
import { timerCases } from "./cases/timers.ts";
import { type Stage, useStage } from "./stage.ts";

/** How many cases share the place at a time. */
const CONCURRENCY = 16;

const CASES: readonly ((stage: Stage) => void)[] = [
  definitionCases,
  callCases,
  invocationCases,
  awakeableCases,
  runCases,
  timerCases,
  stateCases,
  promiseCases,
  cancellationCases,
  combinatorCases,
  errorCases,
  serdeCases,
  misuseCases,
  requestCases,
  hookCases,
  loadCases,
  endpointCases,
];

/** All cases, at one place. Called once in a test file. */
export function conformance(place: Place): void {
  vi.setConfig({ maxConcurrency: CONCURRENCY });
  describe.concurrent(place.name, () => {
    const stage = useStage(place, new URL("./application.ts", import.meta.url));
    for (const declare of CASES) declare(stage);
  });
}
