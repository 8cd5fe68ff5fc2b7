import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";

/** Signs requests as a server does. Protocol section 6. */
export interface Signer {
  /** As an endpoint is told it: `publickeyv1_...`. */
  readonly publicKey: string;
  /** The headers of a request to this path, signed some time ago. */
  sign(path: string, options?: { readonly ageSeconds?: number }): Record<string, string>;
}

export function createSigner(): Signer {
  const { privateKey } = generateKeyPairSync("ed25519");
  // The last 32 bytes of the encoded key are the key itself.
  const raw = createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(-32);
  const publicKey = `publickeyv1_${toBase58(raw)}`;
  return {
    publicKey,
    sign: (path, options) => {
      const now = Math.floor(Date.now() / 1000) - (options?.ageSeconds ?? 0);
      const head = toBase64Url({ typ: "JWT", alg: "EdDSA", kid: publicKey });
      const claims = toBase64Url({ aud: path, iat: now, nbf: now - 60, exp: now + 60 });
      const signature = sign(null, Buffer.from(`${head}.${claims}`), privateKey).toString("base64url");
      return {
        "x-restate-signature-scheme": "v1",
        "x-restate-jwt-v1": `${head}.${claims}.${signature}`,
      };
    },
  };
}

function toBase64Url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

const DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

function toBase58(bytes: Uint8Array): string {
  let rest = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  let text = "";
  for (; rest > 0n; rest /= 58n) text = DIGITS.charAt(Number(rest % 58n)) + text;
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return "1".repeat(Math.max(zeros, 0)) + text;
}
