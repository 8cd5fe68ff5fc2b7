import { expect, test } from "vitest";
import { createTolerance } from "./tolerance.ts";

const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);
const A = "15bed6e9-333b-4989-8745-8f123b87823f";
const B = "313655a8-9db5-44d2-aa05-30519b56342f";

test.each<[string, string, boolean]>([
  ["[redacted]", "anything", true],
  ["anything", "[redacted]", true],
  ["Bearer [redacted]", "Bearer abc", true],
  ["Bearer [redacted]", "Basic abc", false],
  ["a [redacted] b [redacted] c", "a 1 b 2 c", true],
  ["a [redacted] b [redacted] c", "a 1 c 2 b", false],
  ["[redacted]x", "x", true],
  ["ab[redacted]ba", "aba", false],
  ['{"a":"[redacted]","b":1}', '{"a":{"c":[1]},"b":1}', true],
  ['{"a":"[redacted]","b":1}', '{"a":1,"b":2}', false],
  ['{"a":"[redacted]"}', '{"a":1,"b":2}', false],
  ['["[redacted]",1]', '{"0":"x","1":1}', false],
  ['"[redacted]"', "no JSON", true],
  ["1", "2", false],
  [A, B, false],
])("%j and %j", (recorded, attempted, same) => {
  const tolerates = createTolerance({ anyUuid: false });
  expect(tolerates(bytes(recorded), bytes(attempted))).toBe(same);
});

test("without a seed one random UUID is as good as another, and no other text is", () => {
  const tolerates = createTolerance({ anyUuid: true });
  expect(tolerates(`order-${A}`, `order-${B}`)).toBe(true);
  expect(tolerates(bytes(`{"id":"${A}"}`), bytes(`{"id":"${B}"}`))).toBe(true);
  expect(tolerates(`order-${A}`, `offer-${B}`)).toBe(false);
  expect(tolerates(A, "15bed6e9")).toBe(false);
});

test("bytes that are no text are compared as they are, unless they were taken out", () => {
  const tolerates = createTolerance({ anyUuid: true });
  expect(tolerates(new Uint8Array([255]), bytes("x"))).toBe(false);
  expect(tolerates(bytes('"[redacted]"'), new Uint8Array([255]))).toBe(true);
});
