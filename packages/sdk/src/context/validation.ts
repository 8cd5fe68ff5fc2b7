import type { BoundHandler } from "../definition/bound.ts";
import { type Duration, toMillis } from "../definition/duration.ts";
import { DEFAULT_ERROR_CODE, TerminalError } from "../errors.ts";
import type { Header } from "../protocol/messages.ts";

/**
 * What is wrong with the arguments of a `ctx` call, found at the call. Each of
 * these would otherwise come back from the engine as an attempt that is retried
 * for ever, so they are terminal.
 */

/** The code of a feature that the negotiated protocol version lacks (protocol section 4). */
export const UNSUPPORTED_FEATURE_CODE = 573;

const SCOPE_PATTERN = /^[a-zA-Z0-9_.-]{1,36}$/;
const LIMIT_KEY_PATTERN = /^[a-zA-Z0-9_.-]{1,36}(\/[a-zA-Z0-9_.-]{1,36})?$/;
const LONE_SURROGATE = /\p{Surrogate}/u;
/** Up to here a loop is faster than the pattern. */
const LOOPED_LENGTH_MAX = 64;
const SHOWN_LENGTH_MAX = 60;

/** The error for a misuse: what happened and in which handler; the hint says what to do. */
export function misuse(
  handler: BoundHandler,
  what: string,
  hint: string,
  errorCode: number = DEFAULT_ERROR_CODE,
): TerminalError {
  return new TerminalError(`${what} (in ${handler.service}/${handler.name})`, { errorCode, hint });
}

/** A value as an error message shows it: short, and safe whatever it is. */
export function show(value: unknown): string {
  if (typeof value === "string") {
    const short = value.length > SHOWN_LENGTH_MAX ? `${value.slice(0, SHOWN_LENGTH_MAX)}…` : value;
    return JSON.stringify(short);
  }
  if (value === null || value === undefined || typeof value === "number" || typeof value === "boolean") {
    return String(value);
  }
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "object") return Array.isArray(value) ? "an array" : "an object";
  return `a ${typeof value}`;
}

/** Milliseconds of a duration that must be finite and not negative. */
export function checkDuration(handler: BoundHandler, what: string, duration: Duration | number): number {
  const known = typeof duration === "number" || (typeof duration === "object" && duration !== null);
  const ms = known ? toMillis(duration) : Number.NaN;
  if (typeof ms === "number" && ms >= 0 && ms <= Number.MAX_SAFE_INTEGER) return ms;
  const shown = typeof duration === "number" || !known ? show(duration) : `${ms} ms`;
  throw misuse(
    handler,
    `${what} must be a duration of 0 or more, not ${shown}`,
    "Give milliseconds or parts like { seconds: 5 }. To reach a point in time, subtract `await ctx.date.now()` from it.",
  );
}

/** A string that may be empty: a state key, an object key, the name of a promise. */
export function checkString(handler: BoundHandler, what: string, value: unknown, hint: string): string {
  if (typeof value !== "string") throw misuse(handler, `${what} must be a string, not ${show(value)}`, hint);
  if (holdsHalfCharacter(value)) throw notText(handler, what, value);
  return value;
}

/** Such a string changes on its way through UTF-8, and would not be recognised in a replay. */
function holdsHalfCharacter(text: string): boolean {
  if (text.length > LOOPED_LENGTH_MAX) return LONE_SURROGATE.test(text);
  for (let index = 0; index < text.length; index++) {
    if ((text.charCodeAt(index) & 0xf800) === 0xd800) return LONE_SURROGATE.test(text);
  }
  return false;
}

function notText(handler: BoundHandler, what: string, value: string): TerminalError {
  return misuse(
    handler,
    `${what} holds half a character: ${show(value)}`,
    "It was probably cut in the middle of an emoji; cut it with Array.from(text) instead.",
  );
}

/** A string that must have at least one character. */
export function checkName(handler: BoundHandler, what: string, value: unknown, hint: string): string {
  if (value !== "") return checkString(handler, what, value, hint);
  throw misuse(handler, `${what} must be a string that is not empty`, hint);
}

/** The display name of a command; none is the empty name. */
export function checkDisplayName(handler: BoundHandler, name: unknown): string {
  if (name === undefined) return "";
  return checkString(handler, "The name shown in the journal", name, "Leave it out, or give a short text.");
}

export function checkHeaders(handler: BoundHandler, headers: unknown): readonly Header[] {
  if (headers === undefined) return NO_HEADERS;
  if (typeof headers !== "object" || headers === null || Symbol.iterator in headers) {
    throw misuse(
      handler,
      `headers must be a plain object, not ${show(headers)}`,
      "Pass { name: value } pairs; a Map or Headers can be converted by Object.fromEntries.",
    );
  }
  return Object.entries(headers).map(([key, value]: [string, unknown]) => ({
    key,
    value: checkString(
      handler,
      `Header ${show(key)}`,
      value,
      "Convert the value to a string, or leave it out.",
    ),
  }));
}

const NO_HEADERS: readonly Header[] = [];

export function checkIdempotencyKey(handler: BoundHandler, key: unknown): string | undefined {
  if (key === undefined) return undefined;
  return checkName(handler, "idempotencyKey", key, "Leave it out for a call without idempotency key.");
}

export function checkScope(handler: BoundHandler, scope: unknown): string {
  if (typeof scope === "string" && SCOPE_PATTERN.test(scope)) return scope;
  throw misuse(
    handler,
    `Not a scope: ${show(scope)}`,
    "A scope has 1 to 36 characters, each one a letter, a digit, or one of _ . -",
  );
}

export function checkLimitKey(handler: BoundHandler, limitKey: unknown, scope: string | undefined): string {
  if (typeof limitKey !== "string" || !LIMIT_KEY_PATTERN.test(limitKey)) {
    throw misuse(
      handler,
      `Not a limit key: ${show(limitKey)}`,
      "A limit key has one or two levels parted by /, each of 1 to 36 letters, digits, or _ . -",
    );
  }
  if (scope === undefined) {
    throw misuse(
      handler,
      `Limit key ${show(limitKey)} without a scope`,
      "Limits apply within a scope: make the call through ctx.scope(name).",
    );
  }
  return limitKey;
}
