/**
 * SHA-256 (FIPS 180-4), synchronously, which the runtimes' own is not. For deriving
 * numbers from ids alone: it keeps no secrets.
 */
export function sha256(message: Uint8Array): Uint8Array {
  const hash = roots(8, 1 / 2);
  const padded = pad(message);
  for (let offset = 0; offset < padded.byteLength; offset += BLOCK_BYTES) addBlock(hash, padded, offset);
  const digest = new DataView(new ArrayBuffer(hash.length * 4));
  for (const [index, word] of hash.entries()) digest.setUint32(index * 4, word);
  return new Uint8Array(digest.buffer);
}

const BLOCK_BYTES = 64;
const LENGTH_BYTES = 8;
const ROUNDS = 64;

/** A one, zeros, and the length in bits at the end of the last block. */
function pad(message: Uint8Array): DataView {
  const blocks = Math.ceil((message.length + 1 + LENGTH_BYTES) / BLOCK_BYTES);
  const padded = new Uint8Array(blocks * BLOCK_BYTES);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - LENGTH_BYTES, BigInt(message.length) * 8n);
  return view;
}

function addBlock(hash: Uint32Array, block: DataView, offset: number): void {
  const keys = roots(ROUNDS, 1 / 3);
  const words = new Uint32Array(ROUNDS);
  let [a, b, c, d, e, f, g, h] = hash as unknown as Words;
  for (let round = 0; round < ROUNDS; round++) {
    const word = round < 16 ? block.getUint32(offset + round * 4) : extend(words, round);
    words[round] = word;
    const choice = (e & f) ^ (~e & g);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const first =
      h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice + (keys[round] as number) + word;
    const second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries())
    hash[index] = (hash[index] as number) + word;
}

type Words = [number, number, number, number, number, number, number, number];

/** The word of a round after the sixteenth, from those before it. */
function extend(words: Uint32Array, round: number): number {
  const [far, middle, near, last] = [16, 15, 7, 2].map((back) => words[round - back] as number) as [
    number,
    number,
    number,
    number,
  ];
  const fromMiddle = rotate(middle, 7) ^ rotate(middle, 18) ^ (middle >>> 3);
  const fromLast = rotate(last, 17) ^ rotate(last, 19) ^ (last >>> 10);
  return (far + fromMiddle + near + fromLast) | 0;
}

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

/** The algorithm's constants: 32 bits behind the point of the roots of the first primes. */
function roots(count: number, exponent: number): Uint32Array {
  const words: number[] = [];
  for (let candidate = 2; words.length < count; candidate++) {
    if (isPrime(candidate)) words.push((candidate ** exponent % 1) * 0x1_0000_0000);
  }
  return Uint32Array.from(words);
}

function isPrime(number: number): boolean {
  for (let divisor = 2; divisor * divisor <= number; divisor++) {
    if (number % divisor === 0) return false;
  }
  return true;
}
