import { findManifestProblem } from "./manifest-rules.ts";
import type { Manifest, ManifestHandler } from "./manifest-types.ts";
import { ProtocolError } from "./protocol-error.ts";
import type { ManifestVersion } from "./versions.ts";

export type {
  Manifest,
  ManifestHandler,
  ManifestInput,
  ManifestOptions,
  ManifestOutput,
  ManifestService,
} from "./manifest-types.ts";

/**
 * The manifest as the JSON value to answer a discovery request with.
 *
 * @throws ProtocolError with code 500 that names service, handler and field: if a
 * name or a value breaks the server's rules, or if something is set that `version`
 * doesn't know. Only `lambdaCompression` is left out silently.
 */
export function toManifestJson(manifest: Manifest, version: ManifestVersion): Manifest {
  const problem = findManifestProblem(manifest, version);
  if (problem !== undefined) {
    throw new ProtocolError(`${problem.where}: ${problem.what}`, { errorCode: 500, hint: problem.hint });
  }
  const { lambdaCompression, ...rest } = manifest;
  return {
    ...withoutUnset(rest),
    ...(version >= 4 && lambdaCompression !== undefined ? { lambdaCompression } : {}),
    services: manifest.services.map((service) => ({
      ...withoutUnset(service),
      handlers: service.handlers.map(toHandlerJson),
    })),
  };
}

function toHandlerJson(handler: ManifestHandler): ManifestHandler {
  const { input, output, ...rest } = handler;
  return {
    ...withoutUnset(rest),
    ...(input === undefined ? {} : { input: withoutUnset(input) }),
    ...(output === undefined ? {} : { output: withoutUnset(output) }),
  };
}

/** A copy without the keys whose value is `undefined`. */
function withoutUnset<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
