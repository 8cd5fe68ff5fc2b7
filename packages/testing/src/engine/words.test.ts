import { expect, it } from "vitest";
import { sayDuration, sayList, sayTime } from "./words.ts";

it.each([
  [0, "0 ms"],
  [999, "999 ms"],
  [1000, "1 second"],
  [61_000, "1 minute 1 second"],
  [90_061_000, "1 day 1 hour"],
  [31 * 86_400_000, "31 days"],
])("%d ms are %s", (ms, text) => {
  expect(sayDuration(ms)).toBe(text);
});

it("says times that no date can have", () => {
  expect(sayTime(0, 0)).toBe("1970-01-01T00:00:00.000Z");
  expect(sayTime(9e15, 0)).toMatch(/^9000000000000000 ms, in \d+ days/);
});

it("says no more than a person reads", () => {
  expect(sayList(["a", "b"], 2)).toBe("  - a\n  - b");
  expect(sayList(["a", "b", "c"], 2)).toBe("  - a\n  - b\n  - and 1 more");
});
