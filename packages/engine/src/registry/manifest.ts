import type { Manifest } from "@perdure/sdk/internal";

/** A manifest as it was received: an endpoint may offer versions that we have never heard of. */
export interface DiscoveredManifest
  extends Omit<Manifest, "minProtocolVersion" | "maxProtocolVersion" | "lambdaCompression"> {
  readonly minProtocolVersion: number;
  readonly maxProtocolVersion: number;
  readonly lambdaCompression?: string | undefined;
}

/** Versions of the manifest that the engine reads, best last. */
export type ReadableManifestVersion = 1 | 2 | 3 | 4;

const VERSIONS: readonly ReadableManifestVersion[] = [1, 2, 3, 4];

function toContentType(version: ReadableManifestVersion): string {
  return `application/vnd.restate.endpointmanifest.v${version}+json`;
}

/** What a discovery request accepts. Protocol section 1.1. */
export const MANIFEST_ACCEPT: string = VERSIONS.map(toContentType).join(", ");

/** Compared as a whole: parameters make it another content type. */
export function fromManifestContentType(
  contentType: string | undefined,
): ReadableManifestVersion | undefined {
  return VERSIONS.find((version) => toContentType(version) === contentType);
}
