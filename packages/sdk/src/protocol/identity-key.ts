import { decodeBase58 } from "./base58.ts";

/** Public keys of request identity, as they are written. Protocol section 6. */

const KEY_PREFIX = "publickeyv1_";
const KEY_BYTES = 32;

/**
 * The 32 bytes of a public key.
 *
 * @throws TypeError if the text is no key.
 */
export function decodePublicKey(key: string): Uint8Array {
  if (!key.startsWith(KEY_PREFIX)) {
    throw new TypeError(`Identity key ${JSON.stringify(key)} has to start with "${KEY_PREFIX}"`);
  }
  const bytes = decodeBase58(key.slice(KEY_PREFIX.length), KEY_BYTES);
  if (bytes === undefined) {
    throw new TypeError(
      `Identity key ${JSON.stringify(key)} is no key: "${KEY_PREFIX}" has to be followed by ${KEY_BYTES} bytes in base58`,
    );
  }
  return bytes;
}
