import { afterEach, expect, test, vi } from "vitest";
import { createConsoleLog } from "./log.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test("says which invocation speaks; drops what is too quiet and what a replay repeats", () => {
  const lines: unknown[][] = [];
  vi.spyOn(console, "warn").mockImplementation((...line) => void lines.push(line));
  vi.spyOn(console, "debug").mockImplementation((...line) => void lines.push(line));
  const log = createConsoleLog("info");
  const context = {
    invocationId: "inv_1",
    serviceName: "Shop",
    handlerName: "buy",
    invocationTarget: "Shop/buy",
  };
  log({ source: "USER", level: "warn", replaying: false, context }, "careful", 1);
  log({ source: "USER", level: "warn", replaying: true, context }, "again");
  log({ source: "USER", level: "debug", replaying: false, context }, "detail");
  expect(lines).toHaveLength(1);
  expect(lines[0]?.[0]).toMatch(/^\[perdure\]\[.+Z\]\[Shop\/buy\]\[inv_1\] WARN:$/);
  expect(lines[0]?.slice(1)).toEqual(["careful", 1]);
});
