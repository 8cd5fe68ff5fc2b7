import { decodeAscii, SHORT_TEXT_BYTES_MAX } from "../serde/ascii.ts";
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

const RECENT_TEXTS = 64;
const recent: string[] = new Array<string>(RECENT_TEXTS).fill("");

/**
 * A short text of ASCII; `undefined` if it is none. Names come again and again in a journal, so
 * the last ones are kept: to compare is faster than to decode, and one string stands for all.
 */
export function decodeShortText(bytes: Bytes, start: number, end: number): string | undefined {
  const length = end - start;
  if (length === 0) return "";
  if (length > SHORT_TEXT_BYTES_MAX) return undefined;
  const place = ((bytes[start] as number) * 31 + (bytes[end - 1] as number) * 7 + length) % RECENT_TEXTS;
  const known = recent[place] as string;
  if (known.length === length && isText(known, bytes, start)) return known;
  const text = decodeAscii(bytes, start, end);
  if (text !== undefined) recent[place] = text;
  return text;
}

function isText(text: string, bytes: Bytes, start: number): boolean {
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) !== bytes[start + index]) return false;
  }
  return true;
}
