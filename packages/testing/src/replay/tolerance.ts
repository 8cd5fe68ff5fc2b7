import { REDACTED } from "../journal/payload.ts";

/**
 * What counts as equal in a replay although it differs.
 *
 * 1. A marked part of a text stands for any text, on either side: what the code
 *    makes of a marked value is marked too. A JSON value that is marked as a whole
 *    stands for any value.
 * 2. Without the recorded seed, the code's random UUIDs are others.
 */
export type Tolerates = (recorded: string | Uint8Array, attempted: string | Uint8Array) => boolean;

export interface ToleranceOptions {
  /** Nobody knows what `ctx.rand` started from. */
  readonly anyUuid: boolean;
}

export function createTolerance(options: ToleranceOptions): Tolerates {
  const same = (recorded: unknown, attempted: unknown): boolean => isSameValue(recorded, attempted, options);
  return (recorded, attempted) => {
    if (typeof recorded === "string" || typeof attempted === "string") return same(recorded, attempted);
    const left = decode(recorded);
    const right = decode(attempted);
    const leftJson = parse(left);
    const rightJson = parse(right);
    if (isAnything(leftJson?.value) || isAnything(rightJson?.value)) return true;
    if (left === undefined || right === undefined) return false;
    if (leftJson === undefined || rightJson === undefined) return same(left, right);
    return same(leftJson.value, rightJson.value);
  };
}

function isAnything(value: unknown): boolean {
  return value === REDACTED;
}

function isSameValue(left: unknown, right: unknown, options: ToleranceOptions): boolean {
  if (left === right || isAnything(left) || isAnything(right)) return true;
  if (typeof left === "string" && typeof right === "string") return isSameText(left, right, options);
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const leftNames = Object.keys(left);
  if (leftNames.length !== Object.keys(right).length) return false;
  return leftNames.every(
    (name) =>
      Object.hasOwn(right, name) && isSameValue(Reflect.get(left, name), Reflect.get(right, name), options),
  );
}

const UUID = /[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}/g;

function isSameText(recorded: string, attempted: string, { anyUuid }: ToleranceOptions): boolean {
  const left = anyUuid ? recorded.replace(UUID, "(uuid)") : recorded;
  const right = anyUuid ? attempted.replace(UUID, "(uuid)") : attempted;
  return left === right || matches(left, right) || matches(right, left);
}

/** Whether the text is the pattern with some text in place of each mark. */
function matches(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.split(REDACTED);
  const last = rest.pop();
  if (last === undefined || !text.startsWith(first)) return false;
  let from = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return text.length - last.length >= from && text.endsWith(last);
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function parse(text: string | undefined): { readonly value: unknown } | undefined {
  if (text === undefined) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
