import { expect, it } from "vitest";
import { decodeBase58 } from "./base58.ts";
import { fromHex, toHex } from "./testing/hex.ts";

/** The test vectors of the Internet-Draft draft-msporny-base58. */
const VECTORS: readonly [text: string, bytes: Uint8Array][] = [
  ["2NEpo7TZRRrLZSi2U", new TextEncoder().encode("Hello World!")],
  [
    "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
    new TextEncoder().encode("The quick brown fox jumps over the lazy dog."),
  ],
  ["11233QC4", fromHex("0000287fb4cd")],
];

it.each(VECTORS)("%s is decoded, and only to its own length", (text, bytes) => {
  expect(toHex(decodeBase58(text, bytes.length) ?? new Uint8Array(0))).toBe(toHex(bytes));
  expect(decodeBase58(text, bytes.length - 1)).toBeUndefined();
  expect(decodeBase58(text, bytes.length + 1)).toBeUndefined();
});

it.each(["0", "O", "I", "l", "+", " ", "é"])("%j is no digit", (text) => {
  expect(decodeBase58(text, 1)).toBeUndefined();
});
