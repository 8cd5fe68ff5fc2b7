import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BoundHandler } from "../definition/bound.ts";
import { TerminalError } from "../errors.ts";
import {
  checkDisplayName,
  checkDuration,
  checkHeaders,
  checkIdempotencyKey,
  checkLimitKey,
  checkName,
  checkScope,
  checkString,
  misuse,
  show,
} from "./validation.ts";

const handler = { service: "cart", name: "add" } as BoundHandler;

function caught(action: () => unknown): TerminalError {
  try {
    action();
  } catch (error) {
    if (error instanceof TerminalError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

test("a misuse says what, where and what to do", () => {
  const error = misuse(handler, "No such thing", "Do the other thing.");
  expect(error.message).toBe("No such thing (in cart/add)");
  expect(error.hint).toBe("Do the other thing.");
  expect(error.code).toBe(500);
});

describe("durations", () => {
  test.each([
    [0, 0],
    [1.5, 1.5],
    [{ seconds: 2 }, 2000],
    [{}, 0],
    [{ days: 1, hours: 1, minutes: 1, seconds: 1, milliseconds: 1 }, 90_061_001],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ])("%j is %d ms", (duration, ms) => {
    expect(checkDuration(handler, "ctx.sleep", duration)).toBe(ms);
  });

  test.each([
    [-1, "-1"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    [Number.MAX_SAFE_INTEGER + 1, "9007199254740992"],
    [{ seconds: -2 }, "-2000 ms"],
    [{ hours: Number.NaN }, "NaN ms"],
    [undefined, "undefined"],
    [null, "null"],
    ["100", '"100"'],
    [10n, "10n"],
  ])("%s is refused", (duration, shown) => {
    const error = caught(() => checkDuration(handler, "ctx.sleep", duration as number));
    expect(error.message).toBe(`ctx.sleep must be a duration of 0 or more, not ${shown} (in cart/add)`);
    expect(error.hint).toContain("ctx.date.now()");
  });
});

describe("strings", () => {
  test("may be empty where that means something", () => {
    expect(checkString(handler, "The key", "", "hint")).toBe("");
    expect(checkDisplayName(handler, undefined)).toBe("");
    expect(checkDisplayName(handler, "n")).toBe("n");
    expect(checkIdempotencyKey(handler, undefined)).toBeUndefined();
    expect(checkIdempotencyKey(handler, "k")).toBe("k");
  });

  test.each([
    [() => checkString(handler, "The key", 7, "h"), "The key must be a string, not 7 (in cart/add)"],
    [
      () => checkName(handler, "The name", "", "h"),
      "The name must be a string that is not empty (in cart/add)",
    ],
    [
      () => checkName(handler, "The name", undefined, "h"),
      "The name must be a string, not undefined (in cart/add)",
    ],
    [
      () => checkIdempotencyKey(handler, ""),
      "idempotencyKey must be a string that is not empty (in cart/add)",
    ],
    [() => checkIdempotencyKey(handler, null), "idempotencyKey must be a string, not null (in cart/add)"],
    [
      () => checkDisplayName(handler, {}),
      "The name shown in the journal must be a string, not an object (in cart/add)",
    ],
    [
      () => checkString(handler, "The key", "a\ud83d", "h"),
      'The key holds half a character: "a\\ud83d" (in cart/add)',
    ],
  ])("%#: refused", (action, message) => {
    expect(caught(action).message).toBe(message);
  });

  test("a string passes exactly if it survives UTF-8", () => {
    const ordinary = fc.integer({ min: 0, max: 0xffff });
    const surrogate = fc.integer({ min: 0xd7ff, max: 0xe000 });
    fc.assert(
      fc.property(fc.array(fc.oneof(ordinary, surrogate)), (units) => {
        const text = String.fromCharCode(...units);
        const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
        const survives = decoder.decode(new TextEncoder().encode(text)) === text;
        const check = (): string => checkString(handler, "The text", text, "hint");
        if (survives) expect(check()).toBe(text);
        else expect(check).toThrow("The text holds half a character");
      }),
    );
  });
});

describe("headers", () => {
  test("keep their order; none is an empty list", () => {
    expect(checkHeaders(handler, undefined)).toEqual([]);
    expect(checkHeaders(handler, { b: "1", a: "" })).toEqual([
      { key: "b", value: "1" },
      { key: "a", value: "" },
    ]);
  });

  test.each([
    [{ a: 1 }, 'Header "a" must be a string, not 1 (in cart/add)'],
    [{ a: undefined }, 'Header "a" must be a string, not undefined (in cart/add)'],
    [new Map([["a", "1"]]), "headers must be a plain object, not an object (in cart/add)"],
    [["a"], "headers must be a plain object, not an array (in cart/add)"],
    ["a", 'headers must be a plain object, not "a" (in cart/add)'],
    [null, "headers must be a plain object, not null (in cart/add)"],
  ])("%j is refused", (headers, message) => {
    expect(caught(() => checkHeaders(handler, headers)).message).toBe(message);
  });
});

describe("scopes and limit keys", () => {
  const longest = "a".repeat(36);

  test.each(["a", "tenant-1_x.Y", longest])("scope %s", (scope) => {
    expect(checkScope(handler, scope)).toBe(scope);
  });

  test.each(["", "a b", "a/b", "ü", `${longest}a`, "a\n", undefined])("no scope: %j", (scope) => {
    expect(caught(() => checkScope(handler, scope)).message).toMatch(/^Not a scope: .* \(in cart\/add\)$/s);
  });

  test.each(["a", "a/b", `${longest}/${longest}`])("limit key %s", (limitKey) => {
    expect(checkLimitKey(handler, limitKey, "s")).toBe(limitKey);
  });

  test.each(["", "/", "a/", "/a", "a/b/c", `${longest}a`, `a/${longest}a`, 1])(
    "no limit key: %j",
    (limitKey) => {
      expect(caught(() => checkLimitKey(handler, limitKey, "s")).message).toMatch(/^Not a limit key: /);
    },
  );

  test("a limit key needs a scope", () => {
    expect(caught(() => checkLimitKey(handler, "a", undefined)).message).toBe(
      'Limit key "a" without a scope (in cart/add)',
    );
  });
});

test.each([
  ["x".repeat(60), JSON.stringify("x".repeat(60))],
  ["x".repeat(61), JSON.stringify(`${"x".repeat(60)}…`)],
  [Symbol("s"), "a symbol"],
  [() => 1, "a function"],
  [true, "true"],
  [[1], "an array"],
])("shown in a message: %o", (value, shown) => {
  expect(show(value)).toBe(shown);
});
