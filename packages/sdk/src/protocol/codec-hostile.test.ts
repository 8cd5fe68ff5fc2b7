import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMessageDecoder, decodeMessage, encodeMessages } from "./codec.ts";
import { ProtocolError } from "./protocol-error.ts";
import { arbitraryMessage, arbitrarySplit } from "./testing/arbitraries.ts";
import type { ProtocolVersion } from "./versions.ts";

const version: fc.Arbitrary<ProtocolVersion> = fc.constantFrom(5, 6, 7);
const typeId = fc.oneof(
  fc.integer({ min: 0x0000, max: 0x0008 }),
  fc.integer({ min: 0x0400, max: 0x0415 }),
  fc.integer({ min: 0x8000, max: 0x8014 }),
  fc.constantFrom(0xfbff, 0xfc01),
);

/** Runs `decode`, which may fail, but in no other way than with a ProtocolError. */
function expectNoOtherError(decode: () => void): void {
  try {
    decode();
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    expect([500, 570, 571]).toContain((error as ProtocolError).code);
  }
}

const field = fc
  .record({
    number: fc.integer({ min: 0, max: 18 }),
    wireType: fc.integer({ min: 0, max: 7 }),
    rest: fc.uint8Array({ maxLength: 12 }),
  })
  .map(({ number, wireType, rest }) => {
    const tag = number * 8 + wireType;
    const head = tag < 0x80 ? [tag] : [(tag & 0x7f) | 0x80, tag >> 7];
    return [...head, ...(wireType === 2 ? [rest.length] : []), ...rest];
  });

describe("hostile bytes", () => {
  it("end in a ProtocolError, as random payloads", () => {
    fc.assert(
      fc.property(typeId, fc.uint8Array({ maxLength: 60 }), version, (id, payload, v) => {
        expectNoOtherError(() => decodeMessage({ typeId: id, payload }, v));
      }),
      { numRuns: 2000 },
    );
  });

  it("end in a ProtocolError, as random fields", () => {
    const payload = fc.array(field, { maxLength: 5 }).map((fields) => Uint8Array.from(fields.flat()));
    fc.assert(
      fc.property(typeId, payload, version, (id, bytes, v) => {
        expectNoOtherError(() => decodeMessage({ typeId: id, payload: bytes }, v));
      }),
      { numRuns: 2000 },
    );
  });

  it("end in a ProtocolError, as messages with bytes changed, put in or taken out", () => {
    const edit = fc.record({
      at: fc.nat(),
      remove: fc.nat({ max: 3 }),
      insert: fc.array(fc.nat({ max: 255 }), { maxLength: 3 }),
    });
    const stream = version.chain((v) =>
      fc
        .tuple(
          fc.array(arbitraryMessage(v), { minLength: 1, maxLength: 4 }),
          fc.array(edit, { minLength: 1, maxLength: 4 }),
        )
        .chain(([messages, edits]) => {
          const bytes = [...encodeMessages(messages, v)];
          for (const { at, remove, insert } of edits)
            bytes.splice(at % (bytes.length + 1), remove, ...insert);
          return arbitrarySplit(Uint8Array.from(bytes)).map((chunks) => ({ v, chunks }));
        }),
    );
    fc.assert(
      fc.property(stream, ({ v, chunks }) => {
        expectNoOtherError(() => {
          const decoder = createMessageDecoder({ version: v, frameBytesMax: 1 << 20 });
          for (const chunk of chunks) decoder.push(chunk);
          decoder.end();
        });
      }),
      { numRuns: 1000 },
    );
  });

  it("say which message they were meant to be", () => {
    expect(() => decodeMessage({ typeId: 0x040d, payload: new Uint8Array([0x0a, 0x05]) }, 6)).toThrow(
      /^Call \(0x040d\): 2 bytes are no valid payload: /,
    );
  });
});
