import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Serde } from "../serde.ts";

/** What the suite needs to know of a serde. */
export interface SerdeCase<T> {
  readonly serde: Serde<T>;
  /** Values that come back equal. */
  readonly values: fc.Arbitrary<T>;
  /** Bytes that stand for no value at all. */
  readonly malformed: readonly Uint8Array[];
}

/** What every serde owes; each implementation runs it. */
export function serdeSuite<T>(name: string, { serde, values, malformed }: SerdeCase<T>): void {
  describe(`${name} as a serde`, () => {
    it("gives back what it was given", () => {
      fc.assert(
        fc.property(values, (value) => {
          expect(serde.deserialize(serde.serialize(value))).toEqual(value);
        }),
      );
    });

    it("writes the same bytes for the same value, also after a round trip", () => {
      fc.assert(
        fc.property(values, (value) => {
          const bytes = serde.serialize(value);
          expect(serde.serialize(value)).toEqual(bytes);
          expect(serde.serialize(serde.deserialize(bytes))).toEqual(bytes);
        }),
      );
    });

    it("does not change the bytes it reads", () => {
      fc.assert(
        fc.property(values, (value) => {
          const bytes = serde.serialize(value);
          const before = Uint8Array.from(bytes);
          serde.deserialize(bytes);
          expect(bytes).toEqual(before);
        }),
      );
    });

    it.each(malformed.map((bytes) => [bytes]))("refuses %s", (bytes) => {
      expect(() => serde.deserialize(bytes)).toThrow(Error);
    });

    if (serde.preview !== undefined) {
      const { preview } = serde;
      it("reads its own preview, which is JSON", async () => {
        await fc.assert(
          fc.asyncProperty(values, async (value) => {
            const json = await preview.toJsonString(value);
            expect(() => JSON.parse(json)).not.toThrow();
            expect(await preview.fromJsonString(json)).toEqual(value);
          }),
        );
      });
    }
  });
}
