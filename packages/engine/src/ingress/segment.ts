import { badPath } from "./ingress-error.ts";

const PERCENT = 0x25;
const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A segment of a path with `%XX` decoded. A `%` that no two hexadecimal digits
 * follow stands for itself.
 *
 * @throws IngressError if the result is not UTF-8.
 */
export function decodeSegment(segment: string): string {
  if (!segment.includes("%")) return segment;
  const encoded = encoder.encode(segment);
  const decoded = new Uint8Array(encoded.length);
  let length = 0;
  for (let index = 0; index < encoded.length; index++) {
    const byte = encoded[index] as number;
    const digits = byte === PERCENT ? String.fromCharCode(...encoded.subarray(index + 1, index + 3)) : "";
    if (/^[0-9a-fA-F]{2}$/.test(digits)) {
      decoded[length++] = Number.parseInt(digits, 16);
      index += 2;
    } else {
      decoded[length++] = byte;
    }
  }
  try {
    return strictDecoder.decode(decoded.subarray(0, length));
  } catch {
    throw badPath(`, cannot decode key: ${segment} is not UTF-8`);
  }
}
