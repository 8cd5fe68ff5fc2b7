import { type Difference, describeValue } from "@perdure/sdk/internal";
import type { Tolerates } from "./tolerance.ts";

/** One field that differs, its values in words. */
export interface DifferingField {
  /** The path to it, for example `parameter.items[2].price`. */
  readonly field: string;
  readonly recorded: string;
  readonly attempted: string;
}

/** More than this many are not told: one change may touch every field. */
export const DIFFERING_FIELDS_MAX = 5;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Follows differences into results and JSON, down to what it is that differs. */
export function toDifferingFields(
  differences: readonly Difference[],
  tolerates: Tolerates | undefined,
): DifferingField[] {
  const found: DifferingField[] = [];
  for (const { field, recorded, attempted } of differences) {
    compare({ field, left: recorded, right: attempted, isJson: false });
  }
  return found;

  function compare(pair: Pair): void {
    if (found.length >= DIFFERING_FIELDS_MAX || isSame(pair.left, pair.right, tolerates)) return;
    const { field, left, right } = toJson(pair);
    if (!isBranch(left) || !isBranch(right) || Array.isArray(left) !== Array.isArray(right)) {
      found.push({ field, recorded: inWords(left), attempted: inWords(right) });
      return;
    }
    const isJson = pair.isJson || left !== pair.left;
    for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
      compare({
        field: toPath(field, name, Array.isArray(left)),
        left: Reflect.get(left, name),
        right: Reflect.get(right, name),
        isJson,
      });
    }
  }
}

interface Pair {
  readonly field: string;
  readonly left: unknown;
  readonly right: unknown;
  readonly isJson: boolean;
}

function isSame(left: unknown, right: unknown, tolerates: Tolerates | undefined): boolean {
  if (left === right) return true;
  if (isLeaf(left) && isLeaf(right) && tolerates?.(left, right) === true) return true;
  if (left instanceof Uint8Array && right instanceof Uint8Array) return Buffer.compare(left, right) === 0;
  return false;
}

function isLeaf(value: unknown): value is string | Uint8Array {
  return typeof value === "string" || value instanceof Uint8Array;
}

function isBranch(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(value instanceof Uint8Array);
}

/** Two payloads of JSON as their values; anything else as it is. */
function toJson(pair: Pair): Pair {
  if (!(pair.left instanceof Uint8Array) || !(pair.right instanceof Uint8Array)) return pair;
  try {
    const left: unknown = JSON.parse(decoder.decode(pair.left));
    const right: unknown = JSON.parse(decoder.decode(pair.right));
    // Values alike in bytes that are not: the bytes are what differs.
    if (JSON.stringify(left) === JSON.stringify(right)) return pair;
    return { ...pair, left, right };
  } catch {
    return pair;
  }
}

function toPath(field: string, name: string, inList: boolean): string {
  return inList ? `${field}[${name}]` : `${field}.${name}`;
}

const SHOWN_CHARS_MAX = 160;

function inWords(value: unknown): string {
  if (value === undefined || value instanceof Uint8Array) return describeValue(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > SHOWN_CHARS_MAX ? `${text.slice(0, SHOWN_CHARS_MAX)}…` : text;
}
