import type { IdentityRequest } from "../protocol/identity.ts";
import { decodePublicKey } from "../protocol/identity-key.ts";

export type IdentityCheck = (request: IdentityRequest) => Promise<void>;

/**
 * The check of requests against an endpoint's identity keys; `undefined` without
 * keys. What verifies signatures is loaded only if there are some, as it takes
 * longer to load than all the rest. It rejects with a `ProtocolError` of code 401.
 *
 * Throws a `TypeError` that names the key which is not well-formed: here, so that
 * it is found at start and not with the first request.
 */
export function createIdentityCheck(keys: readonly string[]): IdentityCheck | undefined {
  if (keys.length === 0) return undefined;
  for (const key of keys) decodePublicKey(key);
  let check: Promise<IdentityCheck> | undefined;
  return async (request) => {
    check ??= import("../protocol/identity.ts").then(({ createIdentityVerifier }) =>
      createIdentityVerifier(keys),
    );
    return (await check)(request);
  };
}
