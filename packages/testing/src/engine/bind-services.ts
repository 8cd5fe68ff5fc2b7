import { type BoundEndpoint, bindEndpoint } from "@perdure/sdk/internal";
import type { TestEngineOptions } from "./options.ts";
import { quietLog } from "./quiet-log.ts";
import { withReplacements } from "./replacement.ts";
import type { Runs } from "./runs.ts";

/** The services of an engine, what is to be replaced replaced. Throws a `TypeError` when one is not valid. */
export function bindServices(options: TestEngineOptions, runs: Runs): BoundEndpoint {
  const { services, replace = [], logger = quietLog } = options;
  const { defaultServiceOptions, journalValueCodecProvider } = options;
  const bound = bindEndpoint({
    services: withReplacements(services, replace),
    logger,
    defaultServiceOptions,
    journalValueCodecProvider,
  });
  return runs.watch(bound);
}
