/**
 * Numbers of a fixed width as text, the way ids spell them. Protocol section 5.1.
 *
 * Bytes are read as a little-endian number and written with the digits below,
 * most significant first, padded with "0" to a fixed number of characters. The
 * numbers are kept as limbs of 16 bits: several times as fast as a bigint, and
 * every invocation has an id.
 */

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const BASE = 62;
const LIMB = 0x10000;

/** By character code. */
const VALUES: Int8Array = new Int8Array(128).fill(-1);
for (let value = 0; value < BASE; value += 1) VALUES[DIGITS.charCodeAt(value)] = value;

export function encodeBase62(bytes: Uint8Array, chars: number): string {
  const limbs: number[] = [];
  for (let i = 0; i < bytes.length; i += 2) limbs.push((bytes[i] as number) | ((bytes[i + 1] ?? 0) << 8));
  let top = limbs.length - 1;
  let text = "";
  for (let i = 0; i < chars; i++) {
    while (top >= 0 && limbs[top] === 0) top--;
    let rest = 0;
    for (let at = top; at >= 0; at--) {
      const value = rest * LIMB + (limbs[at] as number);
      const quotient = (value / BASE) | 0;
      limbs[at] = quotient;
      rest = value - quotient * BASE;
    }
    text = DIGITS.charAt(rest) + text;
  }
  return text;
}

/** `undefined` if the text has another character or the number doesn't fit `byteLength` bytes. */
export function decodeBase62(text: string, byteLength: number): Uint8Array | undefined {
  const limbs: number[] = [];
  for (let i = 0; i < text.length; i++) {
    let carry = VALUES[text.charCodeAt(i)] ?? -1;
    if (carry < 0) return undefined;
    for (let at = 0; at < limbs.length; at++) {
      const value = (limbs[at] as number) * BASE + carry;
      limbs[at] = value & (LIMB - 1);
      carry = value >>> 16;
    }
    if (carry > 0) limbs.push(carry);
  }
  const bytes = new Uint8Array(byteLength);
  for (let at = 0; at < limbs.length; at++) {
    const limb = limbs[at] as number;
    const low = at * 2;
    if (low >= byteLength || (limb > 0xff && low + 1 >= byteLength)) return undefined;
    bytes[low] = limb;
    if (low + 1 < byteLength) bytes[low + 1] = limb >>> 8;
  }
  return bytes;
}
