import { decodeInvocationId, toRandomSeed } from "@perdure/sdk/internal";

/**
 * What `ctx.rand` starts from. Journals do not hold it, but engines make it from
 * the invocation's id.
 */

/** The seed that the embedded engine gives; and, with protocol version 5, what the SDK makes by itself. */
export function toEngineSeed(invocationId: string): bigint {
  return toRandomSeed(decodeInvocationId(invocationId));
}

/** The seed that a Restate Server gives, unless its `unique_random_seeds` is on. Protocol section 5.1. */
export function toServerSeed(invocationId: string): bigint {
  const id = decodeInvocationId(invocationId);
  const bytes = new Uint8Array(8 + id.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(id.length), true);
  bytes.set(id, 8);
  return sipHash13(bytes);
}

/** SipHash with one and three rounds and a key of zeros, by Aumasson and Bernstein. */
export function sipHash13(bytes: Uint8Array): bigint {
  let v0 = 0x736f6d6570736575n;
  let v1 = 0x646f72616e646f6dn;
  let v2 = 0x6c7967656e657261n;
  let v3 = 0x7465646279746573n;
  const round = (): void => {
    v0 = word(v0 + v1);
    v1 = rotate(v1, 13n) ^ v0;
    v0 = rotate(v0, 32n);
    v2 = word(v2 + v3);
    v3 = rotate(v3, 16n) ^ v2;
    v0 = word(v0 + v3);
    v3 = rotate(v3, 21n) ^ v0;
    v2 = word(v2 + v1);
    v1 = rotate(v1, 17n) ^ v2;
    v2 = rotate(v2, 32n);
  };
  // The last word holds what is left of the bytes, and in its highest byte their number.
  const padded = new Uint8Array(Math.floor(bytes.length / 8) * 8 + 8);
  padded.set(bytes);
  padded[padded.length - 1] = bytes.length & 0xff;
  const view = new DataView(padded.buffer);
  for (let offset = 0; offset < padded.length; offset += 8) {
    const block = view.getBigUint64(offset, true);
    v3 ^= block;
    round();
    v0 ^= block;
  }
  v2 ^= 0xffn;
  for (let count = 0; count < 3; count += 1) round();
  return v0 ^ v1 ^ v2 ^ v3;
}

function word(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

function rotate(value: bigint, bits: bigint): bigint {
  return word(value << bits) | (value >> (64n - bits));
}
