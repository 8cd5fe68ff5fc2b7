import type { Write } from "../store.ts";

const KEYS = 50;

/** Unlike the value of any commit, some of which have as many bytes. */
const GONE = new Uint8Array(10);

/** Commit number n: one key out of fifty, one that counts, and one that goes again. */
export function toWrites(number: number): Write[] {
  return [
    { key: `k${number % KEYS}`, value: toValue(number) },
    { key: "last", value: toValue(number) },
    { key: `gone${number}`, value: GONE },
    { key: `gone${number - 1}`, value: undefined },
  ];
}

/** What commits 0 to `last` make, as key -> number. */
export function toExpected(last: number): Map<string, number> {
  const expected = new Map([
    ["last", last],
    [`gone${last}`, 0],
  ]);
  for (let number = Math.max(0, last - KEYS + 1); number <= last; number += 1)
    expected.set(`k${number % KEYS}`, number);
  return expected;
}

/** The number, and up to 4,000 more bytes that depend on it. */
function toValue(number: number): Uint8Array {
  const bytes = Buffer.alloc(8 + ((number * 7919) % 4000), number % 256);
  bytes.writeDoubleLE(number);
  return bytes;
}

/** Throws when the value is not, byte for byte, what its number makes. */
export function toNumber(value: Uint8Array): number {
  if (Buffer.compare(value, GONE) === 0) return 0;
  const number = Buffer.from(value).readDoubleLE();
  if (Buffer.compare(toValue(number), value) !== 0)
    throw new Error(`The value of commit ${number} is not whole.`);
  return number;
}
