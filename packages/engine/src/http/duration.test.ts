import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DURATION_MS_MAX, formatDuration, parseDuration } from "./duration.ts";

describe("durations that are understood", () => {
  test.each([
    ["10s", 10_000],
    ["200ms", 200],
    ["1h 5m", 3_900_000],
    ["1h5m", 3_900_000],
    ["1h  5m ", 3_900_000],
    ["1 hour, 5 minutes, 3 seconds", 3_903_000],
    ["1  s", 1000],
    ["1.5s", 1500],
    ["1,5s", 1500],
    ["1.5h", 5_400_000],
    ["1w 1d 1h 1m 1s 1ms 1us 1ns", 694_861_001],
    ["2wks", 1_209_600_000],
    ["2 days", 172_800_000],
    ["2hrs", 7_200_000],
    ["2mins", 120_000],
    ["2secs", 2000],
    ["2millis", 2],
    ["2500µs", 2],
    ["999999nanos", 0],
    ["01:02:03", 3_723_000],
    ["01:02:03.5", 3_723_500],
    ["1d 01:02:03", 90_123_000],
    ["0", 0],
    ["0s", 0],
    ["-0s", 0],
    ["+10s", 10_000],
    ["PT10S", 10_000],
    ["pt10s", 10_000],
    ["+PT1S", 1000],
    ["P1D", 86_400_000],
    ["P1W1D", 691_200_000],
    ["P1DT2H3M4.5S", 93_784_500],
    ["PT1,5S", 1500],
    ["PT1.5H", 5_400_000],
  ])("%s", (text, ms) => {
    expect(parseDuration(text)).toEqual({ ms });
  });
});

describe("durations that are refused", () => {
  test.each([
    ["", "empty"],
    ["10", "not a number with its unit"],
    ["bad", "not a number with its unit"],
    [" 1s", "not a number with its unit"],
    ["1q", "not a number with its unit"],
    ["2S", "not a number with its unit"],
    ["1sx", "not a number with its unit"],
    ["1.s", "not a number with its unit"],
    [".5s", "not a number with its unit"],
    ["01:02", "not a number with its unit"],
    ["1s,5ms", "not a number with its unit"],
    ["1s,", "not a number with its unit"],
    ["1.1234567891s", "not a number with its unit"],
    ["5s 1h", "hours have to come before smaller units"],
    ["1s 1s", "seconds have to come before smaller units"],
    ["1.5m 1s", "only the smallest unit may have a fraction"],
    ["1.5d", "days can't have a fraction"],
    ["1 month", "units of days or smaller"],
    ["1y 2d", "units of days or smaller"],
    ["P1M", "units of days or smaller"],
    ["P1Y", "units of days or smaller"],
    ["-10s", "negative"],
    ["10s ago", "negative"],
    ["-PT10S", "negative"],
    ["+1s ago", "sign and `ago`"],
    ["P", "no number with a unit"],
    ["PT", "no time follows"],
    ["PT-10S", "no ISO 8601 duration"],
    ["PT5X", "no ISO 8601 duration"],
    ["PT1S1H", "hours have to come before smaller units"],
    ["P1.5D", "no ISO 8601 duration"],
    ["9999999999999999999s", "too large"],
    ["ago", "no number with a unit"],
  ])("%s", (text, problem) => {
    expect(parseDuration(text).problem).toContain(problem);
  });

  test("one past the longest", () => {
    expect(parseDuration(`${DURATION_MS_MAX}ms`)).toEqual({ ms: DURATION_MS_MAX });
    expect(parseDuration(`${DURATION_MS_MAX + 1}ms`).problem).toContain("5000 years");
  });

  test("no text makes it throw", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseDuration(text)));
  });
});

test.each([
  [0, "0s"],
  [999, "999ms"],
  [1500, "1s 500ms"],
  [90_000, "1m 30s"],
  [600_000, "10m"],
  [86_400_000, "1d"],
  [90_061_001, "1d 1h 1m 1s 1ms"],
])("%d ms is shown as %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test("what is shown is understood", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: DURATION_MS_MAX }), (ms) => {
      expect(parseDuration(formatDuration(ms))).toEqual({ ms });
    }),
  );
});
