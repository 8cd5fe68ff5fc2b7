import { PROTOCOL_VERSION_MAX, PROTOCOL_VERSION_MIN, type ProtocolVersion } from "@perdure/sdk/internal";
import type { DeploymentInfo } from "./service-info.ts";

/** The version to speak with a deployment: the highest that both know. Protocol section 1.3. */
export function chooseProtocolVersion(
  deployment: Pick<DeploymentInfo, "minProtocolVersion" | "maxProtocolVersion">,
  engineMax: ProtocolVersion = PROTOCOL_VERSION_MAX,
): ProtocolVersion | undefined {
  const version = Math.min(deployment.maxProtocolVersion, engineMax);
  if (version < Math.max(deployment.minProtocolVersion, PROTOCOL_VERSION_MIN)) return undefined;
  return version as ProtocolVersion;
}

/** Whether a deployment still speaks the version that an invocation was begun with. */
export function supportsProtocolVersion(
  deployment: Pick<DeploymentInfo, "minProtocolVersion" | "maxProtocolVersion">,
  version: number,
): boolean {
  return deployment.minProtocolVersion <= version && version <= deployment.maxProtocolVersion;
}
