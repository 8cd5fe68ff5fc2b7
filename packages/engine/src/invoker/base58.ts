const DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BASE = 58n;

/** Bytes in base58, in the alphabet that Bitcoin made known: how public keys are written. */
export function encodeBase58(bytes: Uint8Array): string {
  let rest = 0n;
  for (const byte of bytes) rest = (rest << 8n) | BigInt(byte);
  let text = "";
  for (; rest > 0n; rest /= BASE) text = DIGITS.charAt(Number(rest % BASE)) + text;
  // Every leading zero byte is written as one leading digit zero.
  for (let i = 0; i < bytes.length && bytes[i] === 0; i += 1) text = `1${text}`;
  return text;
}
