import { decodePublicKey } from "./identity-key.ts";
import { findTokenProblem, importPublicKey } from "./identity-token.ts";
import { ProtocolError } from "./protocol-error.ts";

/**
 * Request identity: proof that a request comes from a server that we know.
 * Protocol section 6.
 *
 * 1. Every path but `/health` has to be proven.
 * 2. Whoever doesn't pass gets a 401 and is not told more than the message says.
 */

const SCHEME_HEADER = "x-restate-signature-scheme";
const TOKEN_HEADER = "x-restate-jwt-v1";
const SCHEME = "v1";

/** The status and the code of a request that is not proven. */
export const IDENTITY_ERROR_CODE = 401;

export interface IdentityRequest {
  /** As received, without query, with whatever prefix the endpoint is mounted under. */
  readonly path: string;
  /** A header by its lower-case name. */
  header(name: string): string | undefined;
}

export interface IdentityVerifierOptions {
  /** The time against which tokens are checked; the clock of the machine by default. */
  readonly now?: (() => Date) | undefined;
}

/**
 * Makes a check of requests against public keys, written `publickeyv1_...`. A
 * request passes if any of the keys signed it.
 *
 * The check rejects with a {@link ProtocolError} of code 401 if the request is not
 * proven. Without keys every request passes.
 *
 * @throws TypeError naming the key that is not well-formed.
 */
export function createIdentityVerifier(
  keys: readonly string[],
  options?: IdentityVerifierOptions,
): (request: IdentityRequest) => Promise<void> {
  const publicKeys = keys.map(decodePublicKey);
  let imported: Promise<CryptoKey[]> | undefined;

  return async (request) => {
    if (publicKeys.length === 0) return;
    const scheme = request.header(SCHEME_HEADER);
    if (scheme === undefined) throw unproven(`the header ${SCHEME_HEADER} is missing`);
    if (scheme !== SCHEME) throw unproven(`the signature scheme is not ${SCHEME}`);
    const token = request.header(TOKEN_HEADER);
    if (token === undefined) throw unproven(`the header ${TOKEN_HEADER} is missing`);
    imported ??= Promise.all(publicKeys.map(importPublicKey));
    const audience = toIdentityAudience(request.path);
    const now = options?.now?.() ?? new Date();
    const problem = await findTokenProblem(token, { keys: await imported, audience, now });
    if (problem !== undefined) throw unproven(problem);
  };
}

/**
 * The path as the server knows it, without the prefix under which the endpoint is
 * mounted: what a token's audience has to be.
 */
export function toIdentityAudience(path: string): string {
  const segments = path.split("/");
  if (segments.length >= 4 && segments.at(-3) === "invoke") return `/${segments.slice(-3).join("/")}`;
  return path.endsWith("/discover") ? "/discover" : path;
}

function unproven(reason: string): ProtocolError {
  return new ProtocolError(`The request's identity is not proven: ${reason}`, {
    errorCode: IDENTITY_ERROR_CODE,
    hint: "Check that the server signs requests and that its public key is among the endpoint's identity keys.",
  });
}
