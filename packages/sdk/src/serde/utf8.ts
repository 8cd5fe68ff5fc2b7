import { RestateError } from "../errors.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text behind `data`; throws if it is not UTF-8, saying that `expected` was wanted. */
export function decodeUtf8(data: Uint8Array, expected: string): string {
  try {
    return decoder.decode(data);
  } catch (cause) {
    throw new RestateError(`Not ${expected}: the ${data.length} bytes are not UTF-8 text`, { cause });
  }
}
