import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SHORT_TEXT_BYTES_MAX } from "./ascii.ts";
import { decodeUtf8, encodeUtf8, SCRATCH_BYTES, SHORT_TEXT_MAX } from "./utf8.ts";

const BYTES_PER_CHARACTER = 3;

/** Where another way of doing it begins. */
const LENGTHS = [SHORT_TEXT_MAX, SHORT_TEXT_BYTES_MAX, Math.floor(SCRATCH_BYTES / BYTES_PER_CHARACTER)];

const units = [
  fc.constantFrom("a", "0", '"', "\u0000", "\u007f"),
  fc.constantFrom("\u0080", "\u00e9", "\u20ac", "\ufeff", "\uffff"),
  fc.constantFrom("\u{1f600}", "\ud800", "\udc00"),
] as const;

const texts = fc.oneof(
  fc.string({ unit: units[0], maxLength: 80 }),
  fc.string({ unit: fc.oneof(...units), maxLength: 80 }),
  fc
    .record({
      length: fc.constantFrom(...LENGTHS),
      off: fc.integer({ min: -2, max: 2 }),
      unit: fc.oneof(...units),
    })
    .map(({ length, off, unit }) => unit.repeat(length + off)),
);

describe("UTF-8", () => {
  it("writes what the platform's encoder writes", () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(encodeUtf8(text)).toEqual(new TextEncoder().encode(text));
      }),
    );
  });

  it("reads what the platform's decoder reads", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const bytes = new TextEncoder().encode(text);
        expect(decodeUtf8(bytes, "text")).toBe(new TextDecoder().decode(bytes));
      }),
    );
  });

  it("gives bytes of their own each time", () => {
    for (const text of ["short", "longer than what a loop writes at once"]) {
      const first = encodeUtf8(text);
      const second = encodeUtf8(text.toUpperCase());
      expect(decodeUtf8(first, "text")).toBe(text);
      expect(first.buffer).not.toBe(second.buffer);
    }
  });

  it.each([1, SHORT_TEXT_BYTES_MAX, SHORT_TEXT_BYTES_MAX + 1])("refuses %i bytes that are none", (length) => {
    expect(() => decodeUtf8(new Uint8Array(length).fill(0xff), "JSON")).toThrow(
      `Not JSON: the ${length} bytes are not UTF-8 text`,
    );
  });
});
