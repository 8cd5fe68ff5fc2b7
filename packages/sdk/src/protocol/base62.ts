/**
 * Numbers of a fixed width as text, the way ids spell them. Protocol section 5.1.
 *
 * Bytes are read as a little-endian number and written with the digits below,
 * most significant first, padded with "0" to a fixed number of characters.
 */

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const BASE = 62n;

export function encodeBase62(bytes: Uint8Array, chars: number): string {
  let rest = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) rest = (rest << 8n) | BigInt(bytes[i] as number);
  let text = "";
  for (let i = 0; i < chars; i++) {
    text = DIGITS.charAt(Number(rest % BASE)) + text;
    rest /= BASE;
  }
  return text;
}

/** `undefined` if the text has another character or the number doesn't fit `byteLength` bytes. */
export function decodeBase62(text: string, byteLength: number): Uint8Array | undefined {
  let rest = 0n;
  for (const char of text) {
    const digit = DIGITS.indexOf(char);
    if (digit < 0) return undefined;
    rest = rest * BASE + BigInt(digit);
  }
  const bytes = new Uint8Array(byteLength);
  for (let i = 0; i < byteLength; i++) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return rest === 0n ? bytes : undefined;
}
