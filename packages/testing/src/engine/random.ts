/** Chance that repeats: the same seed gives the same numbers. */
export interface Chance {
  /** Uniform in [0, 1). */
  random(): number;
  /** 16 bytes. */
  entropy(): Uint8Array;
}

const ENTROPY_BYTES = 16;
const UINT32_VALUES = 2 ** 32;

/** A generator of the splitmix family, with 32 bits: small, fast, and far from secure. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  return {
    random: () => next() / UINT32_VALUES,
    entropy() {
      const bytes = new Uint8Array(ENTROPY_BYTES);
      const view = new DataView(bytes.buffer);
      for (let offset = 0; offset < ENTROPY_BYTES; offset += 4) view.setUint32(offset, next());
      return bytes;
    },
  };
}
