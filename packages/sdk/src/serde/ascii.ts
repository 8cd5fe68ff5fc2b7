/** Up to here a loop in JavaScript is faster than a call of the decoder. */
export const SHORT_TEXT_BYTES_MAX = 32;

/** A short text of ASCII, as most texts are; `undefined` if it is none. */
export function decodeAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
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

/** The bytes of a text of ASCII; `undefined` if it is none. Faster than the encoder if the text is short. */
export function encodeAscii(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 0x80) return undefined;
    bytes[index] = code;
  }
  return bytes;
}
