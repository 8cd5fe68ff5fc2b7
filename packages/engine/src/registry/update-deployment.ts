import { type DeploymentUpdate, EngineError } from "../engine-api.ts";
import { toAdditionalHeaders, toDeploymentUri } from "./deployment-address.ts";
import type { RegisterContext } from "./register-deployment.ts";
import { type Registered, unknownDeployment } from "./registry.ts";
import type { DeploymentPlace } from "./service-info.ts";

/**
 * Changes where or how a deployment is reached: asks the endpoint for its manifest
 * there, and takes over what the update allows. Without an address and headers there
 * is nothing to change, and nobody is asked.
 *
 * The caller commits the writes before it tells anyone.
 */
export async function updateDeployment(
  id: string,
  update: DeploymentUpdate,
  { registry, discover }: Pick<RegisterContext, "registry" | "discover">,
): Promise<Registered> {
  const known = registry.deployment(id);
  if (known === undefined) throw unknownDeployment(id);
  const { place } = known;
  if (update.uri === undefined && update.additionalHeaders === undefined) {
    const services = known.services.flatMap(({ name }) => registry.serviceAt(id, name) ?? []);
    return { deployment: known, services, created: false, writes: [] };
  }
  if (place.type !== "http") {
    throw new EngineError(
      `The deployment ${JSON.stringify(id)} runs in the engine's own process. It has no address that could be changed.`,
      { status: 400 },
    );
  }
  const uri = update.uri === undefined ? place.uri : toDeploymentUri(update.uri);
  const additionalHeaders =
    update.additionalHeaders === undefined
      ? place.additionalHeaders
      : toAdditionalHeaders(update.additionalHeaders);
  const useHttp11 = update.useHttp11 ?? (update.uri === undefined && place.useHttp11);
  const discovered = await discover({ uri, useHttp11, additionalHeaders });
  const newPlace: DeploymentPlace = { type: "http", uri, useHttp11: discovered.useHttp11, additionalHeaders };
  return registry.update(id, {
    place: newPlace,
    manifest: discovered.manifest,
    sdkVersion: discovered.sdkVersion,
    overwrite: update.overwrite ?? false,
    dryRun: update.dryRun ?? false,
  });
}
