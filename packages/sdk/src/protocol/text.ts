import type { Bytes } from "./messages.ts";
import { ProtocolError } from "./protocol-error.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Strict UTF-8: nothing is replaced, a byte order mark is kept.
 *
 * @throws ProtocolError naming `field` if the bytes are not UTF-8.
 */
export function decodeText(bytes: Bytes, field: string): string {
  return decode(bytes, field, undefined);
}

/**
 * The protocol allows any bytes as a state key, but a handler reads keys as
 * text, so one that is not UTF-8 can't be handed to it.
 *
 * @throws ProtocolError with code 500.
 */
export function decodeStateKey(bytes: Bytes, field: string): string {
  return decode(bytes, field, {
    errorCode: 500,
    hint: "State keys have to be UTF-8. Clear the key with the tool or SDK that wrote it.",
  });
}

function decode(
  bytes: Bytes,
  field: string,
  options: { readonly errorCode: number; readonly hint: string } | undefined,
): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new ProtocolError(`${field} is not valid UTF-8 (${bytes.length} bytes)`, { ...options, cause });
  }
}

/** Up to here a loop in JavaScript is faster than a call of the decoder. */
export const SHORT_TEXT_BYTES_MAX = 32;

/** A short text of ASCII, as most texts are; `undefined` if it is none. */
export function decodeAscii(bytes: Bytes, start: number, end: number): string | undefined {
  if (end - start > SHORT_TEXT_BYTES_MAX) return undefined;
  let text = "";
  let at = start;
  // Four at a time: every concatenation makes a string.
  for (; at + 4 <= end; at += 4) {
    const first = bytes[at] as number;
    const second = bytes[at + 1] as number;
    const third = bytes[at + 2] as number;
    const fourth = bytes[at + 3] as number;
    if ((first | second | third | fourth) >= 0x80) return undefined;
    text += String.fromCharCode(first, second, third, fourth);
  }
  for (; at < end; at++) {
    const code = bytes[at] as number;
    if (code >= 0x80) return undefined;
    text += String.fromCharCode(code);
  }
  return text;
}
