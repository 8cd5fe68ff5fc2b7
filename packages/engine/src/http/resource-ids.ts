/**
 * The text forms of ids, `prefix_1` and digits, as far as a request has to be told
 * what is wrong with one. Protocol section 5.1.
 */

const SEPARATOR = "_";
const VERSION = "1";
const BASE62 = /^[0-9a-zA-Z]*$/;

/** Prefixes that ids of any kind begin with. */
const PREFIXES = new Set(["inv", "dp", "sub", "prom", "sign", "snap", "mut"]);

const CHARS_OF_U64 = 11;
const CHARS_OF_U128 = 22;

/** What keeps the text from being an invocation's id; `undefined` if it is one. */
export function findInvocationIdProblem(text: string): string | undefined {
  return findProblem(text, "inv", [CHARS_OF_U64, CHARS_OF_U128]);
}

/** What keeps the text from being a deployment's id; `undefined` if it is one. */
export function findDeploymentIdProblem(text: string): string | undefined {
  return findProblem(text, "dp", [CHARS_OF_U128]);
}

/** 28 bytes in base64url, without padding. */
const AWAKEABLE_DIGITS = 38;
const BASE64URL = /^[A-Za-z0-9_-]*$/;

/**
 * What keeps the text from being an awakeable's id; `undefined` if it is one. What
 * is neither of today's form nor of that before it is judged as the latter.
 */
export function findAwakeableIdProblem(text: string): string | undefined {
  const digits = text.slice("sign_1".length).replace(/={1,2}$/, "");
  const isDecodable = BASE64URL.test(digits) && digits.length % 4 !== 1;
  if (text.startsWith("sign_1") && isDecodable && digits.length === AWAKEABLE_DIGITS) return undefined;
  const headProblem = findHeadProblem(text, "prom");
  if (headProblem !== undefined) return headProblem;
  if (!isDecodable) return "base62 decode error";
  return digits.length === AWAKEABLE_DIGITS ? undefined : "bad length";
}

function findProblem(text: string, prefix: string, numbers: readonly number[]): string | undefined {
  const headProblem = findHeadProblem(text, prefix);
  if (headProblem !== undefined) return headProblem;
  const digits = text.slice(prefix.length + SEPARATOR.length + VERSION.length);
  const length = numbers.reduce((sum, chars) => sum + chars, 0);
  if (Buffer.byteLength(digits) !== length) return "bad length";
  if (!BASE62.test(digits)) return "base62 decode error";
  let start = 0;
  for (const chars of numbers) {
    if (isTooLarge(digits.slice(start, start + chars))) return "base62 decode error";
    start += chars;
  }
  return undefined;
}

/** What is wrong before the digits. */
function findHeadProblem(text: string, prefix: string): string | undefined {
  if (text === "") return "bad length";
  const at = text.indexOf(SEPARATOR);
  if (at < 0) return "bad format";
  const found = text.slice(0, at);
  if (!PREFIXES.has(found)) return `unrecognized resource type: ${found}`;
  const version = text.slice(at + 1, at + 2);
  if (version === "") return "bad length";
  if (version !== VERSION) return "unrecognized codec version";
  return found === prefix ? undefined : "id doesn't match the expected type";
}

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Whether these digits stand for more than the 8 or 16 bytes that so many hold. */
function isTooLarge(digits: string): boolean {
  let value = 0n;
  for (const digit of digits) value = value * 62n + BigInt(ALPHABET.indexOf(digit));
  return value >> (digits.length === CHARS_OF_U64 ? 64n : 128n) !== 0n;
}
