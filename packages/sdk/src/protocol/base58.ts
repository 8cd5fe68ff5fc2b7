/** Bytes in base58, in the alphabet that Bitcoin made known. */

const DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BASE = 58n;

/** `undefined` if the text has another character or doesn't hold exactly `byteLength` bytes. */
export function decodeBase58(text: string, byteLength: number): Uint8Array | undefined {
  // A byte takes at most two digits; whatever is longer needn't be read.
  if (text.length > byteLength * 2) return undefined;
  let rest = 0n;
  for (const char of text) {
    const digit = DIGITS.indexOf(char);
    if (digit < 0) return undefined;
    rest = rest * BASE + BigInt(digit);
  }
  const bytes = new Uint8Array(byteLength);
  let filled = 0;
  for (; rest > 0n && filled < byteLength; filled++) {
    bytes[byteLength - 1 - filled] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  // Every leading zero byte is written as one leading digit zero.
  const zeros = text.length - text.replace(/^1+/, "").length;
  return rest === 0n && filled + zeros === byteLength ? bytes : undefined;
}
