/**
 * Versions of the service protocol and of the discovery manifest, and the
 * content types that stand for them. Protocol sections 1.1 and 1.3.
 *
 * 1. A content type is compared as a whole, in both directions: the server
 *    accepts no parameters such as a charset.
 */

export type ProtocolVersion = 5 | 6 | 7;

export const PROTOCOL_VERSION_MIN: ProtocolVersion = 5;
export const PROTOCOL_VERSION_MAX: ProtocolVersion = 7;

const PROTOCOL_VERSIONS: readonly ProtocolVersion[] = [5, 6, 7];

/** The content type of an attempt's request and response in this version. */
export function toInvocationContentType(version: ProtocolVersion): string {
  return `application/vnd.restate.invocation.v${version}`;
}

/** The version that a request's content type asks for; `undefined` calls for a 415. */
export function fromInvocationContentType(contentType: string | undefined): ProtocolVersion | undefined {
  return PROTOCOL_VERSIONS.find((version) => toInvocationContentType(version) === contentType);
}

export type ManifestVersion = 2 | 3 | 4;

export const MANIFEST_VERSION_MIN: ManifestVersion = 2;
export const MANIFEST_VERSION_MAX: ManifestVersion = 4;

const MANIFEST_VERSIONS_BEST_FIRST: readonly ManifestVersion[] = [4, 3, 2];

/** The content type of a discovery response in this version. */
export function toManifestContentType(version: ManifestVersion): string {
  return `application/vnd.restate.endpointmanifest.v${version}+json`;
}

/**
 * The highest version that an Accept header offers and that we know, whatever
 * the header's order; `undefined` calls for a 415.
 */
export function toManifestVersion(accept: string | undefined): ManifestVersion | undefined {
  if (accept === undefined) return undefined;
  const offered = new Set(
    accept.split(",").map((range) => (range.split(";", 1)[0] ?? "").trim().toLowerCase()),
  );
  return MANIFEST_VERSIONS_BEST_FIRST.find((version) => offered.has(toManifestContentType(version)));
}
