import { inspect, isDeepStrictEqual } from "node:util";

/** The most differences that are told. */
const TOLD_MAX = 8;

/** Where two values differ, in words: none if they are equal. */
export function findDifferences(path: string, baseline: unknown, other: unknown): readonly string[] {
  const found: string[] = [];
  collect(path, baseline, other, found);
  if (found.length <= TOLD_MAX) return found;
  return [...found.slice(0, TOLD_MAX), `and ${found.length - TOLD_MAX} more`];
}

function collect(path: string, baseline: unknown, other: unknown, found: string[]): void {
  if (isDeepStrictEqual(baseline, other)) return;
  if (Array.isArray(baseline) && Array.isArray(other)) {
    for (let index = 0; index < Math.max(baseline.length, other.length); index += 1) {
      const [a, b] = [item(baseline, index), item(other, index)];
      collect(`${path}[${index}]`, a, b, found);
    }
  } else if (isPlain(baseline) && isPlain(other)) {
    for (const key of new Set([...Object.keys(baseline), ...Object.keys(other)])) {
      const name = /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
      const [a, b] = [field(baseline, key), field(other, key)];
      collect(`${path}${name}`, a, b, found);
    }
  } else {
    found.push(`${path}: ${say(baseline)} undisturbed, ${say(other)} in this run`);
  }
}

/** Stands for what is not there, which is not the same as `undefined`. */
const ABSENT: unique symbol = Symbol("absent");

function item(array: readonly unknown[], index: number): unknown {
  return index in array ? array[index] : ABSENT;
}

function field(object: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : ABSENT;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function say(value: unknown): string {
  if (value === ABSENT) return "nothing";
  return inspect(value, { depth: 4, breakLength: Infinity, maxStringLength: 200, maxArrayLength: 20 });
}
