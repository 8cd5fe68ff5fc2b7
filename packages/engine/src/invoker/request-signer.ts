import { createPublicKey } from "node:crypto";
import { importPKCS8, SignJWT } from "jose";
import type { Clock } from "../clock/clock.ts";
import { encodeBase58 } from "./base58.ts";

/** How long before and after it was made a token counts. Protocol section 6. */
const TOKEN_SPAN_SECONDS = 60;

/** Proves to endpoints that requests come from this engine. Protocol section 6. */
export interface RequestSigner {
  /** As endpoints are told it: `publickeyv1_...`. */
  readonly publicKey: string;
  /** The headers of a request to this path, which is the endpoint's own, without a mount's prefix. */
  sign(path: string): Promise<Readonly<Record<string, string>>>;
}

/**
 * @param privateKey An Ed25519 key in PKCS#8, as PEM text.
 * @throws TypeError if it is no such key.
 */
export async function createRequestSigner(privateKey: string, clock: Clock): Promise<RequestSigner> {
  const publicKey = toPublicKeyText(privateKey);
  const key = await importPKCS8(privateKey, "EdDSA");
  return {
    publicKey,
    async sign(path) {
      const nowSeconds = Math.floor(clock.now() / 1000);
      const token = await new SignJWT({})
        .setProtectedHeader({ typ: "JWT", alg: "EdDSA", kid: publicKey })
        .setAudience(path)
        .setIssuedAt(nowSeconds)
        .setNotBefore(nowSeconds - TOKEN_SPAN_SECONDS)
        .setExpirationTime(nowSeconds + TOKEN_SPAN_SECONDS)
        .sign(key);
      return { "x-restate-signature-scheme": "v1", "x-restate-jwt-v1": token };
    },
  };
}

const RAW_KEY_BYTES = 32;

function toPublicKeyText(privateKey: string): string {
  let encoded: Uint8Array;
  try {
    const key = createPublicKey(privateKey);
    if (key.asymmetricKeyType !== "ed25519") throw new Error(`its type is ${key.asymmetricKeyType}`);
    encoded = key.export({ format: "der", type: "spki" });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TypeError(
      `The identity key is no Ed25519 private key in PKCS#8 PEM: ${reason}. Make one with: openssl genpkey -algorithm ed25519`,
      { cause },
    );
  }
  // The encoding ends with the key itself.
  return `publickeyv1_${encodeBase58(encoded.subarray(-RAW_KEY_BYTES))}`;
}
