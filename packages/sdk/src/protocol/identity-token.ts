import { decodeBase64Url } from "./base64url.ts";

/**
 * The token by which a server proves who it is: a JWT signed with Ed25519. Protocol section 6.
 *
 * 1. The algorithm is ours to say, not the token's: what names another one is refused
 *    before anything is verified.
 * 2. No claim is looked at before the signature is verified.
 * 3. The cryptography is the runtime's own.
 */

const ALGORITHM = "EdDSA";

export interface TokenExpectations {
  readonly keys: readonly CryptoKey[];
  readonly audience: string;
  readonly now: Date;
}

/** Imports the 32 bytes of a public key. */
export function importPublicKey(bytes: Uint8Array): Promise<CryptoKey> {
  // A copy, since its buffer is sure to be no shared memory, which is not accepted.
  return crypto.subtle.importKey("raw", new Uint8Array(bytes), "Ed25519", false, ["verify"]);
}

/** Why a token proves nothing; `undefined` if one of the keys signed it for this audience and this time. */
export async function findTokenProblem(
  token: string,
  expected: TokenExpectations,
): Promise<string | undefined> {
  const parts = /^([\w-]+)\.([\w-]+)\.([\w-]*)$/.exec(token);
  const [, header = "", payload = "", signature = ""] = parts ?? [];
  const parameters = parseObject(header);
  if (parameters === undefined) return "the token is malformed";
  if (parameters.alg !== ALGORITHM) return `the token's "alg" is not ${ALGORITHM}`;
  if (parameters.crit !== undefined) return 'the token has a "crit", whose demands are not known';
  const signatureBytes = decodeBase64Url(signature);
  if (signatureBytes === undefined) return "the token is malformed";
  const signed = new TextEncoder().encode(`${header}.${payload}`);
  if (!(await isSigned(signed, new Uint8Array(signatureBytes), expected.keys))) {
    return "no key verifies the signature";
  }
  const claims = parseObject(payload);
  return claims === undefined ? "the token is malformed" : findClaimProblem(claims, expected);
}

async function isSigned(
  signed: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
  keys: readonly CryptoKey[],
): Promise<boolean> {
  for (const key of keys) {
    if (await crypto.subtle.verify("Ed25519", key, signature, signed)) return true;
  }
  return false;
}

type Json = Readonly<Record<string, unknown>>;

function findClaimProblem(claims: Json, { audience, now }: TokenExpectations): string | undefined {
  const { aud, exp, iat, nbf } = claims;
  const nowSeconds = Math.floor(now.getTime() / 1000);
  if (aud !== audience && !(Array.isArray(aud) && aud.includes(audience))) {
    return 'the token\'s "aud" is not the path';
  }
  if (typeof iat !== "number") return 'the token\'s "iat" is no time';
  if (typeof nbf !== "number" || nbf > nowSeconds) return 'the token\'s "nbf" is not reached';
  if (typeof exp !== "number" || exp <= nowSeconds) return 'the token\'s "exp" has passed';
  return undefined;
}

/** The JSON object in base64url; `undefined` if it is none. */
function parseObject(encoded: string): Json | undefined {
  const bytes = decodeBase64Url(encoded);
  if (bytes === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}
