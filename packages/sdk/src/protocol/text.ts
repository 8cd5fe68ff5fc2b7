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
