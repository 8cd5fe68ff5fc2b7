import type { Rand } from "../definition/context.ts";
import { toRandomSeed } from "../protocol/ids.ts";
import type { StartMessage } from "../protocol/messages.ts";

/**
 * The random numbers of one invocation: xoshiro256++, its state filled by
 * SplitMix64 (both by Blackman and Vigna, public domain). The same seed gives
 * the same numbers in every attempt.
 */

/** The first version whose Start message carries a seed. */
const SEED_VERSION_MIN = 6;

const MANTISSA_BITS = 53;

/** The seed of an invocation: what the engine gave, else made from the invocation's id. */
export function seedOf(start: StartMessage, version: number): bigint {
  return version >= SEED_VERSION_MIN ? start.randomSeed : toRandomSeed(start.id);
}

export function createRand(seed: bigint): Rand {
  return new Xoshiro256(expandSeed(seed));
}

/** Four numbers from one, by SplitMix64. */
export function expandSeed(seed: bigint): BigUint64Array {
  const state = new BigUint64Array(4);
  let counter = seed;
  for (let index = 0; index < state.length; index += 1) {
    counter = BigInt.asUintN(64, counter + 0x9e3779b97f4a7c15n);
    let mixed = counter;
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 30n)) * 0xbf58476d1ce4e5b9n);
    mixed = BigInt.asUintN(64, (mixed ^ (mixed >> 27n)) * 0x94d049bb133111ebn);
    state[index] = mixed ^ (mixed >> 31n);
  }
  return state;
}

/** The generator itself, over four 64-bit words. */
export class Xoshiro256 implements Rand {
  #a: bigint;
  #b: bigint;
  #c: bigint;
  #d: bigint;

  constructor(state: BigUint64Array) {
    const [a = 0n, b = 0n, c = 0n, d = 0n] = state;
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#d = d;
  }

  random(): number {
    return Number(BigInt.asUintN(MANTISSA_BITS, this.next())) / 2 ** MANTISSA_BITS;
  }

  uuidv4(): string {
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    view.setBigUint64(0, this.next(), true);
    view.setBigUint64(8, this.next(), true);
    view.setUint8(6, (view.getUint8(6) & 0x0f) | 0x40);
    view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80);
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  /** The next 64 bits. */
  next(): bigint {
    const result = BigInt.asUintN(64, rotateLeft(this.#a + this.#d, 23n) + this.#a);
    const shifted = BigInt.asUintN(64, this.#b << 17n);
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = rotateLeft(this.#d, 45n);
    return result;
  }
}

function rotateLeft(value: bigint, bits: bigint): bigint {
  const word = BigInt.asUintN(64, value);
  return BigInt.asUintN(64, word << bits) | (word >> (64n - bits));
}
