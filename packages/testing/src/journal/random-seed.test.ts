import { expect, test } from "vitest";
import { sipHash13, toEngineSeed, toServerSeed } from "./random-seed.ts";

const ID = "inv_1lJigA3vrMfT1umzTy2XVbS31h5M2x3XR6";

test("the seed of a Restate Server (protocol section 5.1)", () => {
  expect(toServerSeed(ID)).toBe(5846567183811458509n);
});

test("the seed of the embedded engine is another one, and a function of the id too", () => {
  expect(toEngineSeed(ID)).toBe(toEngineSeed(ID));
  expect(toEngineSeed(ID)).not.toBe(toServerSeed(ID));
});

test("whatever the length, the hash is of 64 bits and differs", () => {
  const hashes = Array.from({ length: 40 }, (_, length) => sipHash13(new Uint8Array(length)));
  expect(new Set(hashes).size).toBe(40);
  expect(hashes.every((hash) => hash >= 0n && hash < 1n << 64n)).toBe(true);
});
