import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createRealClock, FIRED_PER_TURN_MAX } from "./real-clock.ts";

const DAY_MS = 86_400_000;

describe("createRealClock", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"], now: 1_000_000 }));
  afterEach(() => void vi.useRealTimers());

  test("fires in order, at the time or after it", () => {
    const clock = createRealClock();
    const fired: [string, number][] = [];
    const start = clock.now();
    for (const [name, delayMs] of [
      ["c", 30],
      ["a", 10],
      ["b", 10.5],
    ] as const) {
      clock.setTimer(start + delayMs, () => fired.push([name, clock.now() - start]));
    }
    vi.advanceTimersByTime(100);
    expect(fired.map(([name]) => name)).toEqual(["a", "b", "c"]);
    expect(fired[0]![1]).toBeGreaterThanOrEqual(10);
    expect(fired[1]![1]).toBeGreaterThanOrEqual(10.5);
  });

  test("holds one timer of Node's however many there are, and none when there are none", () => {
    const clock = createRealClock();
    const clears = Array.from({ length: 50 }, (_, index) => clock.setTimer(clock.now() + index, () => {}));
    expect(vi.getTimerCount()).toBe(1);
    for (const clear of clears) clear();
    expect(vi.getTimerCount()).toBe(0);
  });

  test("waits longer than Node's timers can", () => {
    const clock = createRealClock();
    let fired = 0;
    clock.setTimer(clock.now() + 30 * DAY_MS, () => {
      fired += 1;
    });
    vi.advanceTimersByTime(30 * DAY_MS - 1);
    expect(fired).toBe(0);
    vi.advanceTimersByTime(1);
    expect(fired).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("notices within a minute that the machine's clock was set", () => {
    const clock = createRealClock();
    let fired = 0;
    clock.setTimer(clock.now() + 3 * DAY_MS, () => {
      fired += 1;
    });
    vi.setSystemTime(Date.now() + 4 * DAY_MS);
    vi.advanceTimersByTime(60_000);
    expect(fired).toBe(1);
  });

  test("does not fire early when the machine's clock was set back", () => {
    const clock = createRealClock();
    const dueMs = clock.now() + 1000;
    const fired: number[] = [];
    clock.setTimer(dueMs, () => fired.push(clock.now()));
    vi.setSystemTime(Date.now() - 5000);
    vi.advanceTimersByTime(5999);
    expect(fired).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(fired).toEqual([dueMs]);
  });

  test("a timer that sets itself again for now does not hold up the process", () => {
    const clock = createRealClock();
    let fired = 0;
    const again = (): void => {
      fired += 1;
      clock.setTimer(clock.now(), again);
    };
    clock.setTimer(clock.now(), again);
    expect(fired).toBe(0);
    vi.advanceTimersByTime(10);
    expect(fired).toBeGreaterThan(3);
    expect(fired).toBeLessThan(30);
  });

  test("many that are due together let others have their turn in between, in order all the same", () => {
    const clock = createRealClock();
    const fired: number[] = [];
    const count = FIRED_PER_TURN_MAX + 1;
    for (let index = 0; index < count; index += 1) clock.setTimer(clock.now() + 5, () => fired.push(index));
    vi.advanceTimersByTime(5);
    expect(fired).toHaveLength(FIRED_PER_TURN_MAX);
    clock.setTimer(clock.now(), () => fired.push(count));
    vi.advanceTimersByTime(2);
    expect(fired).toEqual(Array.from({ length: count + 1 }, (_, index) => index));
  });

  test("one that throws does not keep the others from firing", () => {
    const clock = createRealClock();
    let fired = 0;
    clock.setTimer(clock.now() + 1, () => {
      throw new Error("mine");
    });
    clock.setTimer(clock.now() + 1, () => {
      fired += 1;
    });
    expect(() => vi.advanceTimersByTime(1)).toThrow("mine");
    vi.advanceTimersByTime(1);
    expect(fired).toBe(1);
  });
});
