import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeAwakeableId,
  decodeInvocationId,
  encodeAwakeableId,
  encodeInvocationId,
  findInvocationIdProblem,
  isAwakeableId,
  isInvocationId,
  toRandomSeed,
} from "./ids.ts";
import { fromHex, toHex } from "./testing/hex.ts";

const id = fc
  .uint8Array({ minLength: 24, maxLength: 24 })
  .filter((bytes) => bytes.subarray(8).some((byte) => byte !== 0));

/** Protocol section 5.1. */
const ID_HEX = "51573a8d45f81bfd0042f255a6d7f095b8f2b962b8c5f230";
const ID_TEXT = "inv_1lJigA3vrMfT1umzTy2XVbS31h5M2x3XR6";

describe("invocation ids", () => {
  it("are written like the server's", () => {
    expect(encodeInvocationId(fromHex(ID_HEX))).toBe(ID_TEXT);
    expect(toHex(decodeInvocationId(ID_TEXT))).toBe(ID_HEX);
  });

  it("come back equal", () => {
    fc.assert(
      fc.property(id, (bytes) => {
        const text = encodeInvocationId(bytes);
        expect(text).toHaveLength(38);
        expect(decodeInvocationId(text)).toEqual(bytes);
        expect(isInvocationId(text)).toBe(true);
      }),
    );
  });

  it.each([
    ["", 'it has to start with "inv_1"'],
    ["my-invocation", 'it has to start with "inv_1"'],
    [ID_TEXT.slice(0, -1), "it has to have 38 characters, not 37"],
    [`${ID_TEXT}0`, "it has to have 38 characters, not 39"],
    [`${ID_TEXT.slice(0, -1)}-`, "what follows the prefix is not the base62 of an id"],
    [`inv_1${"Z".repeat(11)}${"1".repeat(22)}`, "what follows the prefix is not the base62 of an id"],
    [`inv_1${"1".repeat(11)}${"Z".repeat(22)}`, "what follows the prefix is not the base62 of an id"],
    [`inv_1${"1".repeat(11)}${"0".repeat(22)}`, "its uuid is zero"],
  ])("%j is none", (text, problem) => {
    expect(findInvocationIdProblem(text)).toBe(problem);
    expect(isInvocationId(text)).toBe(false);
    expect(() => decodeInvocationId(text)).toThrow(
      expect.objectContaining({
        code: 400,
        message: `${JSON.stringify(text)} is no invocation id: ${problem}`,
      }),
    );
  });

  it("are not quoted at any length", () => {
    expect(() => decodeInvocationId("x".repeat(1000))).toThrow(`"${"x".repeat(60)}..." is no invocation id`);
  });

  it("have 24 bytes", () => {
    expect(() => encodeInvocationId(new Uint8Array(23))).toThrow("An invocation id has 24 bytes, not 23");
  });
});

describe("awakeable ids", () => {
  /** Protocol section 3.9. */
  const INVOCATION = "bff872a5fc0fa52f6ccd7cbf7ab8283e5cb910f5bbf94fdb";
  const AWAKEABLE = "sign_1v_hypfwPpS9szXy_ergoPly5EPW7-U_bAAAAEQ";

  it("are written like the server's", () => {
    expect(encodeAwakeableId(fromHex(INVOCATION), 17)).toBe(AWAKEABLE);
    expect(decodeAwakeableId(AWAKEABLE)).toEqual({
      invocationId: fromHex(INVOCATION),
      type: "signal",
      index: 17,
    });
  });

  it("may be padded", () => {
    expect(decodeAwakeableId(`${AWAKEABLE}==`)).toEqual(decodeAwakeableId(AWAKEABLE));
  });

  it("may be those of protocol version 3", () => {
    const legacy = AWAKEABLE.replace("sign_1", "prom_1");
    expect(decodeAwakeableId(legacy)).toMatchObject({ type: "entry", index: 17 });
    expect(isAwakeableId(legacy)).toBe(true);
  });

  it("come back equal", () => {
    fc.assert(
      fc.property(id, fc.integer({ min: 0, max: 0xffffffff }), (invocationId, index) => {
        const target = decodeAwakeableId(encodeAwakeableId(invocationId, index));
        expect(target).toEqual({ invocationId, type: "signal", index });
      }),
    );
  });

  it.each([
    ["", 'it has to start with "sign_1"'],
    [ID_TEXT, 'it has to start with "sign_1"'],
    [AWAKEABLE.slice(0, -4), "it has to hold 28 bytes, not 25"],
    [AWAKEABLE.slice(0, -2), "it has to hold 28 bytes, not 27"],
    [AWAKEABLE.slice(0, -1), "what follows the prefix is not base64url"],
    [`${AWAKEABLE.slice(0, -1)}!`, "what follows the prefix is not base64url"],
    [`${AWAKEABLE}=`, "what follows the prefix is not base64url"],
    [`${AWAKEABLE}===`, "it has more than 46 characters"],
    [`sign_1${"A".repeat(10_000)}`, "it has more than 46 characters"],
  ])("%j is none", (text, problem) => {
    expect(isAwakeableId(text)).toBe(false);
    expect(() => decodeAwakeableId(text)).toThrow(expect.objectContaining({ code: 400 }));
    expect(() => decodeAwakeableId(text)).toThrow(`is no awakeable id: ${problem}`);
  });
});

it("the random seed follows from the id's uuid, every bit of it", () => {
  const bytes = new Uint8Array(fromHex(ID_HEX));
  const seeds = new Set([toRandomSeed(bytes)]);
  for (let bit = 0; bit < 128; bit += 1) {
    const other = bytes.slice();
    const offset = 8 + (bit >> 3);
    other[offset] = (other[offset] ?? 0) ^ (1 << (bit & 7));
    expect(toRandomSeed(other)).toBe(toRandomSeed(other.slice()));
    seeds.add(toRandomSeed(other));
  }
  expect(seeds.has(toRandomSeed(bytes))).toBe(true);
  // A bit of either half flips the same bit of the seed.
  expect(seeds.size).toBe(65);
});
