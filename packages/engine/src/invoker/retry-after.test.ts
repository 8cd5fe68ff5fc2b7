import { expect, test } from "vitest";
import { parseRetryAfter, RETRY_AFTER_MS_MAX } from "./retry-after.ts";

const NOW = Date.UTC(2024, 0, 1);

test.each([
  ["0", 0],
  ["7", 7000],
  [" 7 ", 7000],
  ["Mon, 01 Jan 2024 00:00:30 GMT", 30_000],
  ["Sun, 31 Dec 2023 00:00:30 GMT", 0],
  ["86400", RETRY_AFTER_MS_MAX],
  ["86401", RETRY_AFTER_MS_MAX],
  ["9".repeat(400), RETRY_AFTER_MS_MAX],
  ["soon", undefined],
  ["", undefined],
  [undefined, undefined],
])("%j is %s ms", (header, expected) => {
  expect(parseRetryAfter(header, NOW)).toBe(expected);
});
