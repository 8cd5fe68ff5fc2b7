import { sha256 as oracle } from "@noble/hashes/sha2.js";
import fc from "fast-check";
import { expect, it } from "vitest";
import { sha256 } from "./sha256.ts";
import { toHex } from "./testing/hex.ts";

it("is SHA-256 of the standard's examples", () => {
  const hash = (text: string) => toHex(sha256(new TextEncoder().encode(text)));
  expect(hash("")).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  expect(hash("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

it("is what another implementation makes, at any length", () => {
  for (let length = 0; length <= 130; length++) {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: length, maxLength: length }), (message) => {
        expect(toHex(sha256(message))).toBe(toHex(oracle(message)));
      }),
      { numRuns: 3 },
    );
  }
});
