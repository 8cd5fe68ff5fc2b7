import { describe, expect, test } from "vitest";
import type { StartMessage } from "../protocol/messages.ts";
import { createRand, expandSeed, seedOf, Xoshiro256 } from "./rand.ts";

/** Values printed by the authors' C code (prng.di.unimi.it), compiled. */
describe("reference values", () => {
  test("SplitMix64", () => {
    expect([...expandSeed(1234567n)]).toEqual([
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
      4593380528125082431n,
    ]);
  });

  test("xoshiro256++ from the state 1, 2, 3, 4", () => {
    const generator = new Xoshiro256(new BigUint64Array([1n, 2n, 3n, 4n]));
    expect(Array.from({ length: 10 }, () => generator.next())).toEqual([
      41943041n,
      58720359n,
      3588806011781223n,
      3591011842654386n,
      9228616714210784205n,
      9973669472204895162n,
      14011001112246962877n,
      12406186145184390807n,
      15849039046786891736n,
      10450023813501588000n,
    ]);
  });

  test.each([
    [0n, [5987356902031041503n, 7051070477665621255n, 6633766593972829180n]],
    [(1n << 64n) - 1n, [6254647548650071986n, 16610832622747802512n, 16422857234328439435n]],
    [0x0123456789abcdefn, [12894547976146112965n, 13060546973698163859n, 9776369938591126704n]],
  ])("both, from seed %d", (seed, values) => {
    const generator = new Xoshiro256(expandSeed(seed));
    expect(values.map(() => generator.next())).toEqual(values);
  });

  test("still right after a hundred thousand steps", () => {
    const generator = new Xoshiro256(expandSeed(42n));
    for (let step = 0; step < 100_000; step += 1) generator.next();
    expect(generator.next()).toBe(364586620524292638n);
  });
});

test("random takes the low 53 bits", () => {
  const generator = new Xoshiro256(new BigUint64Array([1n, 2n, 3n, 4n]));
  expect(generator.random()).toBe(41943041 / 2 ** 53);
  const samples = Array.from({ length: 10_000 }, () => generator.random());
  expect(samples.every((sample) => sample >= 0 && sample < 1)).toBe(true);
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
  expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
});

test("a UUID is 128 bits of the sequence with version and variant set", () => {
  expect(createRand(0n).uuidv4()).toBe(uuidOf(5987356902031041503n, 7051070477665621255n));
  expect(createRand(7n).uuidv4()).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  const rand = createRand(1n);
  expect(new Set(Array.from({ length: 1000 }, () => rand.uuidv4())).size).toBe(1000);
});

test("the same seed gives the same numbers", () => {
  const take = (seed: bigint): unknown[] => {
    const rand = createRand(seed);
    return [rand.random(), rand.uuidv4(), rand.random()];
  };
  expect(take(5n)).toEqual(take(5n));
  expect(take(5n)).not.toEqual(take(6n));
});

test("the seed comes from Start, or from the id where Start has none", () => {
  const start = { id: new Uint8Array(24).fill(7), randomSeed: 99n } as unknown as StartMessage;
  expect(seedOf(start, 6)).toBe(99n);
  expect(seedOf(start, 7)).toBe(99n);
  const derived = seedOf(start, 5);
  expect(derived).toBe(seedOf({ ...start, randomSeed: 1n }, 5));
  expect(derived).not.toBe(seedOf({ ...start, id: new Uint8Array(24).fill(7).fill(8, 20) }, 5));
});

/** Two words, little-endian, as the bytes of a UUID. */
function uuidOf(first: bigint, second: bigint): string {
  const bytes = [first, second].flatMap((word) =>
    Array.from({ length: 8 }, (_, index) => Number((word >> BigInt(8 * index)) & 0xffn)),
  );
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
