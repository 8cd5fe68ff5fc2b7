import { createIdentityVerifier, type IdentityRequest } from "../protocol/identity.ts";

export type IdentityCheck = (request: IdentityRequest) => Promise<void>;

/**
 * The check of requests against an endpoint's identity keys; `undefined` without
 * keys. It rejects with a `ProtocolError` of code 401.
 *
 * Throws a `TypeError` that names the key which is not well-formed.
 */
export function createIdentityCheck(keys: readonly string[]): IdentityCheck | undefined {
  return keys.length === 0 ? undefined : createIdentityVerifier(keys);
}
