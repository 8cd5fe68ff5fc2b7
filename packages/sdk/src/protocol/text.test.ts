import fc from "fast-check";
import { expect, test } from "vitest";
import { SHORT_TEXT_BYTES_MAX } from "../serde/ascii.ts";
import { decodeShortText } from "./text.ts";

const PADDING = 3;

function decode(bytes: Uint8Array): string | undefined {
  const within = new Uint8Array(bytes.length + 2 * PADDING).fill(0x41);
  within.set(bytes, PADDING);
  return decodeShortText(within, PADDING, PADDING + bytes.length);
}

test("a short text is what stands there, however many others came before it", () => {
  // Few letters, so that texts share their first and last byte, and their length.
  const texts = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 8 }), {
    maxLength: 300,
  });
  fc.assert(
    fc.property(texts, (all) => {
      for (const text of all) expect(decode(new TextEncoder().encode(text))).toBe(text);
    }),
  );
});

test.each([
  ["no ASCII", new TextEncoder().encode("caf\u00e9")],
  ["no UTF-8", Uint8Array.of(0x61, 0xff)],
  ["too long", new Uint8Array(SHORT_TEXT_BYTES_MAX + 1).fill(0x61)],
])("%s is left to others, each time", (_name, bytes) => {
  expect([decode(bytes), decode(bytes)]).toEqual([undefined, undefined]);
});

test("the longest short text", () => {
  expect(decode(new Uint8Array(SHORT_TEXT_BYTES_MAX).fill(0x61))).toBe("a".repeat(SHORT_TEXT_BYTES_MAX));
});
