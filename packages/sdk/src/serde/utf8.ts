import { RestateError } from "../errors.ts";
import { decodeAscii, encodeAscii } from "./ascii.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Up to here a loop is faster than a call of the encoder. */
export const SHORT_TEXT_MAX = 24;

/** Up to here copying what the encoder has written is faster than having it make an array. */
export const SCRATCH_BYTES = 4096;

const scratch = new Uint8Array(SCRATCH_BYTES);

/** Of a character that is no half of a surrogate pair, which has four. */
const BYTES_PER_CHARACTER_MAX = 3;

export function encodeUtf8(text: string): Uint8Array {
  if (text.length <= SHORT_TEXT_MAX) {
    const bytes = encodeAscii(text);
    if (bytes !== undefined) return bytes;
  }
  if (text.length * BYTES_PER_CHARACTER_MAX > SCRATCH_BYTES) return encoder.encode(text);
  return scratch.slice(0, encoder.encodeInto(text, scratch).written);
}

/** The text behind `data`; throws if it is not UTF-8, saying that `expected` was wanted. */
export function decodeUtf8(data: Uint8Array, expected: string): string {
  const ascii = decodeAscii(data, 0, data.length);
  if (ascii !== undefined) return ascii;
  try {
    return decoder.decode(data);
  } catch (cause) {
    throw new RestateError(`Not ${expected}: the ${data.length} bytes are not UTF-8 text`, { cause });
  }
}
