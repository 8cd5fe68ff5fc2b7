import type { AnyDefinition, EndpointOptions } from "@perdure/sdk";
import { callServices } from "./services/calls.ts";
import { cancellationServices } from "./services/cancellation.ts";
import { combinatorServices } from "./services/combinators.ts";
import { definitionServices } from "./services/definitions.ts";
import { errorServices } from "./services/errors.ts";
import { hookServices } from "./services/hooks.ts";
import { invocationServices } from "./services/invocations.ts";
import { loadServices } from "./services/load.ts";
import { logToProbe } from "./services/log.ts";
import { misuseServices } from "./services/misuse.ts";
import { promiseServices } from "./services/promises.ts";
import { requestServices } from "./services/request.ts";
import { runServices } from "./services/run.ts";
import { serdeServices } from "./services/serdes.ts";
import { stateServices } from "./services/state.ts";
import { timerServices } from "./services/timers.ts";

/** Everything that the cases call, as one application. */
const services: readonly AnyDefinition[] = [
  ...definitionServices,
  ...callServices,
  ...invocationServices,
  ...runServices,
  ...stateServices,
  ...timerServices,
  ...promiseServices,
  ...cancellationServices,
  ...combinatorServices,
  ...errorServices,
  ...serdeServices,
  ...misuseServices,
  ...requestServices,
  ...hookServices,
  ...loadServices,
];

export const endpointOptions: EndpointOptions = {
  services,
  logger: logToProbe,
  defaultServiceOptions: {
    journalRetention: { hours: 20 },
    // Retries are frequent here, and nobody should wait for them.
    retryPolicy: { initialInterval: 20, maxInterval: 200 },
  },
};
