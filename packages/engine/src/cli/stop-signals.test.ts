import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { catchStopSignals } from "./stop-signals.ts";

describe("signals", () => {
  it.each([
    ["SIGINT", "SIGINT", 130],
    ["SIGTERM", "SIGTERM", 143],
    ["SIGTERM", "SIGINT", 130],
  ])("%s closes, then %s ends at once", async (first, second, exitCode) => {
    const source = new EventEmitter();
    const codes: number[] = [];
    const signals = catchStopSignals({ source, endAtOnce: (code) => codes.push(code) });
    expect(signals.isStopped).toBe(false);
    source.emit(first);
    await signals.stopped;
    expect(signals.isStopped).toBe(true);
    expect(codes).toEqual([]);
    source.emit(second);
    expect(codes).toEqual([exitCode]);
  });
});
