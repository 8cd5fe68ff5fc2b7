import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TimerHeap } from "./timer-heap.ts";

describe("TimerHeap", () => {
  test("gives timers by time, then in the order in which they were added", () => {
    fc.assert(
      fc.property(fc.array(fc.record({ atMs: fc.nat(20), removed: fc.boolean() })), (timers) => {
        const heap = new TimerHeap();
        const fired: number[] = [];
        const removals = timers.map(({ atMs }, index) => heap.add(atMs, () => fired.push(index)));
        removals.forEach((remove, index) => {
          if (timers[index]!.removed) remove();
        });
        const expected = timers
          .map(({ atMs, removed }, index) => ({ atMs, removed, index }))
          .filter(({ removed }) => !removed)
          .sort((a, b) => a.atMs - b.atMs || a.index - b.index);
        expect(heap.size).toBe(expected.length);
        expect(heap.nextAtMs).toBe(expected[0]?.atMs);
        for (let due = heap.takeDue(20); due !== undefined; due = heap.takeDue(20)) due.fire();
        expect(fired).toEqual(expected.map(({ index }) => index));
        expect(heap.size).toBe(0);
      }),
    );
  });

  test("gives nothing before its time", () => {
    const heap = new TimerHeap();
    heap.add(10, () => {});
    expect(heap.takeDue(9)).toBeUndefined();
    expect(heap.takeDue(10)?.atMs).toBe(10);
  });

  test("removing what is out does nothing", () => {
    const heap = new TimerHeap();
    const remove = heap.add(1, () => {});
    heap.add(2, () => {});
    heap.takeDue(1);
    remove();
    remove();
    expect(heap.size).toBe(1);
  });

  test("a hundred thousand timers are set and cleared in a moment", () => {
    const heap = new TimerHeap();
    const started = performance.now();
    const removals = Array.from({ length: 100_000 }, (_, index) =>
      heap.add((index * 7919) % 100_003, () => {}),
    );
    for (const remove of removals) remove();
    expect(heap.size).toBe(0);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
