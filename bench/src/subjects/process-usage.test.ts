import { expect, it } from "vitest";
import { parseTime, usageOf } from "./process-usage.ts";

it.each([
  ["0:00.25", 0.25],
  ["1:02.50", 62.5],
  ["01:01:01", 3661],
  ["2-00:00:01", 172_801],
])("reads %s", (text, seconds) => {
  expect(parseTime(text)).toBe(seconds);
});

it("finds the time and the memory of this process", async () => {
  const { cpuMicros, rssBytes } = await usageOf(process.pid);
  expect(cpuMicros).toBeGreaterThan(0);
  expect(rssBytes).toBeGreaterThan(1024 * 1024);
});
