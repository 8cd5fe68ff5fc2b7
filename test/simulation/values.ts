import type { NotificationResult, Outcome } from "@perdure/sdk/internal";

/** Texts, bytes, results, and whether two pieces of data are the same. */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const toBytes = (text: string): Uint8Array => encoder.encode(text);
export const toText = (bytes: Uint8Array): string => decoder.decode(bytes);

export const success = (text: string): Outcome => ({ type: "success", value: toBytes(text) });
export const failure = (code: number, message: string): Outcome => ({
  type: "failure",
  failure: { code, message },
});

/** A result as a text by which it can be compared and printed. */
export function describeResult(result: NotificationResult): string {
  switch (result.type) {
    case "void":
      return "void";
    case "success":
      return `=${toText(result.value)}`;
    case "failure":
      return `!${result.failure.code} ${result.failure.message}`;
    case "invocationId":
      return result.invocationId;
    case "stateKeys":
      return result.keys.join(",");
  }
}

export function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1)
    value = Math.imul(value ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return value.toString(36);
}

/** The path to the first difference, or `undefined`. A field that is `undefined` is as good as missing. */
export function findDifference(a: unknown, b: unknown, path = ""): string | undefined {
  if (Object.is(a, b)) return undefined;
  if (a instanceof Map && b instanceof Map) return findDifference([...a], [...b], path);
  if (a instanceof Set && b instanceof Set) return findDifference([...a], [...b], path);
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return Buffer.compare(a, b) === 0 ? undefined : `${path}: ${toText(a)} / ${toText(b)}`;
  }
  if (!isObject(a) || !isObject(b)) return `${path}: ${print(a)} / ${print(b)}`;
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const found = findDifference(a[name], b[name], path === "" ? name : `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function print(value: unknown): string {
  return typeof value === "bigint" ? String(value) : (JSON.stringify(value) ?? "undefined");
}
