import type { EndpointOptions } from "@perdure/sdk";
import { type BoundHandler, bindEndpoint } from "@perdure/sdk/internal";
import type { RecordedTarget } from "../journal/recorded-journal.ts";
import { ReplayError } from "./replay-error.ts";

/** What a journal can be replayed against: one definition, or several. */
export type Definitions = EndpointOptions["services"][number] | EndpointOptions["services"];

/** @throws ReplayError if the code has no such handler; a TypeError if a definition is not valid. */
export function findHandler(
  definitions: Definitions,
  target: RecordedTarget,
  options: Pick<EndpointOptions, "defaultServiceOptions">,
): BoundHandler {
  const services = (Array.isArray(definitions) ? definitions : [definitions]) as EndpointOptions["services"];
  const { defaultServiceOptions } = options;
  const endpoint = bindEndpoint({
    services,
    ...(defaultServiceOptions === undefined ? {} : { defaultServiceOptions }),
  });
  const service = endpoint.services.get(target.service);
  if (service === undefined) {
    throw new ReplayError(
      "no_service",
      `The journal is of ${target.kind} "${target.service}", which the code does not have; it has ` +
        `${namesOf(endpoint.services)}. Pass its definition. If it was renamed, invocations in flight still ` +
        "look for the old name.",
    );
  }
  if (service.kind !== target.kind) {
    throw new ReplayError(
      "other_kind",
      `The journal is of ${target.kind} "${target.service}", and the code has a ${service.kind} of this name. ` +
        "A service cannot change its kind while invocations are in flight; give the new one another name.",
    );
  }
  const handler = service.handlers.get(target.handler);
  if (handler === undefined) {
    throw new ReplayError(
      "no_handler",
      `The journal is of handler "${target.handler}" of ${target.kind} "${target.service}", which has ` +
        `${namesOf(service.handlers)}. If it was renamed or removed, invocations in flight still look for it.`,
    );
  }
  return handler;
}

function namesOf(map: ReadonlyMap<string, unknown>): string {
  return [...map.keys()].map((name) => `"${name}"`).join(", ");
}
