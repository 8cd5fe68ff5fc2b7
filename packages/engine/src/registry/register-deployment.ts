import { randomBytes } from "node:crypto";
import type { RegisterOptions } from "../engine-api.ts";
import { toAdditionalHeaders, toDeploymentUri } from "./deployment-address.ts";
import { createDeploymentId } from "./deployment-id.ts";
import type { Discovered, DiscoverOptions } from "./discover.ts";
import type { Registered, Registry } from "./registry.ts";
import type { DeploymentPlace } from "./service-info.ts";

export interface RegisterContext {
  readonly registry: Registry;
  /** `discover`, with what is the engine's own already given. */
  readonly discover: (
    options: Pick<DiscoverOptions, "uri" | "useHttp11" | "additionalHeaders">,
  ) => Promise<Discovered>;
  readonly now: () => number;
}

/**
 * Registers the endpoint at an address: asks it for its manifest, and takes that
 * in. An address that is known is not asked again, unless `force` is set.
 *
 * The caller commits the writes before it tells anyone of the deployment.
 */
export async function registerDeployment(
  options: RegisterOptions,
  { registry, discover, now }: RegisterContext,
): Promise<Registered> {
  const uri = toDeploymentUri(options.uri);
  const additionalHeaders = toAdditionalHeaders(options.additionalHeaders ?? {});
  const known = (): Registered | undefined =>
    options.force === true ? undefined : findUnchanged(registry, uri);
  const before = known();
  if (before !== undefined) return before;
  const discovered = await discover({ uri, useHttp11: options.useHttp11 ?? false, additionalHeaders });
  // Another request may have registered it meanwhile.
  const meanwhile = known();
  if (meanwhile !== undefined) return meanwhile;
  const place: DeploymentPlace = { type: "http", uri, useHttp11: discovered.useHttp11, additionalHeaders };
  return registry.register({
    place,
    manifest: discovered.manifest,
    sdkVersion: discovered.sdkVersion,
    metadata: options.metadata,
    nowMs: now(),
    newId: createDeploymentId(now(), randomBytes(16)),
    breaking: options.breaking,
    dryRun: options.dryRun,
  });
}

function findUnchanged(registry: Registry, uri: string): Registered | undefined {
  const deployment = registry.findByUri(uri);
  if (deployment === undefined) return undefined;
  const services = deployment.services.flatMap(({ name }) => registry.serviceAt(deployment.id, name) ?? []);
  return { deployment, services, created: false, writes: [] };
}
