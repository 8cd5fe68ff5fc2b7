import { describe, expect, it } from "vitest";
import { VirtualTime } from "./virtual-time.ts";

describe("virtual time", () => {
  it("fires each timer at its time, and work before upkeep", () => {
    const time = new VirtualTime(1000);
    const fired: string[] = [];
    const note = (name: string) => (): void => void fired.push(`${name} at ${time.nowMs}`);
    time.upkeepClock.setTimer(1020, note("timeout"));
    time.workClock.setTimer(1020, note("sleep"));
    time.workClock.setTimer(1010, note("retry"));
    time.workClock.setTimer(1015, note("cleared"))();
    expect(time.nextWorkAtMs).toBe(1010);
    while (time.step(1020)) fired.push("-");
    expect(fired).toEqual(["retry at 1010", "-", "sleep at 1020", "-", "timeout at 1020", "-"]);
    expect(time.nextWorkAtMs).toBeUndefined();
  });

  it("goes no further than the limit, and never back", () => {
    const time = new VirtualTime(0);
    time.workClock.setTimer(11, () => expect.unreachable());
    expect(time.step(10)).toBe(false);
    time.moveTo(10);
    time.moveTo(5);
    expect(time.workClock.now()).toBe(10);
  });

  it("does not move for upkeep alone, unless it is told to", () => {
    const time = new VirtualTime(0);
    time.upkeepClock.setTimer(60_000, () => {});
    expect(time.nextWorkAtMs).toBeUndefined();
    expect(time.step(Infinity)).toBe(true);
    expect(time.nowMs).toBe(60_000);
  });

  it("sweeps once with each move, however far it is", () => {
    const time = new VirtualTime(0);
    const sweeps: number[] = [];
    const plan = (): void =>
      void time.sweepClock.setTimer(time.nowMs + 1000, () => {
        sweeps.push(time.nowMs);
        plan();
      });
    plan();
    for (const atMs of [999, 1000, 1500, 1_000_000]) time.moveTo(atMs);
    expect(sweeps).toEqual([1000, 1_000_000]);
  });
});
