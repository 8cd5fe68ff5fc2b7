import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createVirtualClock } from "./virtual-clock.ts";

describe("createVirtualClock", () => {
  test("timers see their own time, never an earlier one, whatever sets which", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ delayMs: fc.nat(50), thenMs: fc.option(fc.nat(50)) })),
        fc.array(fc.nat(40)),
        (timers, steps) => {
          const clock = createVirtualClock(1000);
          const seen: number[] = [];
          const set = (delayMs: number, then: () => void): void => {
            const dueMs = clock.now() + delayMs;
            clock.setTimer(dueMs, () => {
              expect(clock.now()).toBe(dueMs);
              seen.push(dueMs);
              then();
            });
          };
          for (const { delayMs, thenMs } of timers) {
            set(delayMs, () => {
              if (thenMs !== null) set(thenMs, () => {});
            });
          }
          for (const step of steps) clock.advance(step);
          clock.advance(100);
          expect(seen).toEqual([...seen].sort((a, b) => a - b));
          expect(seen).toHaveLength(timers.length + timers.filter(({ thenMs }) => thenMs !== null).length);
          expect(clock.pending).toBe(0);
        },
      ),
    );
  });

  test("a timer that was cleared does not fire", () => {
    const clock = createVirtualClock();
    const clear = clock.setTimer(5, () => expect.unreachable());
    clear();
    clock.advance(10);
    expect(clock.now()).toBe(10);
  });

  test("runNext moves from timer to timer", () => {
    const clock = createVirtualClock();
    const fired: string[] = [];
    clock.setTimer(7, () => fired.push("b"));
    clock.setTimer(3, () => fired.push("a"));
    expect(clock.nextAtMs).toBe(3);
    expect(clock.runNext()).toBe(true);
    expect(clock.now()).toBe(3);
    expect(clock.runNext()).toBe(true);
    expect(clock.runNext()).toBe(false);
    expect(fired).toEqual(["a", "b"]);
  });

  test("a jump fires what is due at the new time, and can go back", () => {
    const clock = createVirtualClock(100);
    const fired: number[] = [];
    clock.setTimer(150, () => fired.push(clock.now()));
    clock.setTimer(300, () => fired.push(clock.now()));
    clock.jumpTo(50);
    expect(clock.now()).toBe(50);
    expect(fired).toEqual([]);
    clock.jumpTo(200);
    expect(fired).toEqual([200]);
    clock.advance(100);
    expect(fired).toEqual([200, 300]);
  });

  test("a timer in the past fires with the next move, without turning the time back", () => {
    const clock = createVirtualClock(100);
    const fired: number[] = [];
    clock.setTimer(10, () => fired.push(clock.now()));
    expect(fired).toEqual([]);
    clock.advance(0);
    expect(fired).toEqual([100]);
  });
});
