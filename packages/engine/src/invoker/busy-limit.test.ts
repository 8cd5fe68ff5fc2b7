import { describe, expect, test } from "vitest";
import { createVirtualClock } from "../clock/virtual-clock.ts";
import { BUSY_MS_MAX, BusyLimit, STARTS_PER_TURN_MAX } from "./busy-limit.ts";
import { settle } from "./testing/scripted-engine.ts";

function create(max: number) {
  const clock = createVirtualClock(1_000_000);
  const limit = new BusyLimit(clock, max);
  const begun: number[] = [];
  const enterers = Array.from({ length: 100 }, (_, index) => ({ begin: () => void begun.push(index) }));
  const enter = (from: number, to: number): void => {
    for (const enterer of enterers.slice(from, to)) limit.enter(enterer);
  };
  const leave = (index: number): void => limit.leave(enterers[index] as (typeof enterers)[number]);
  return { clock, limit, begun, enter, leave };
}

const upTo = (end: number): number[] => Array.from({ length: end }, (_, index) => index);

describe("BusyLimit", () => {
  test("at the limit all begin at once; one past it waits until another leaves", () => {
    const { limit, begun, enter, leave } = create(3);
    enter(0, 3);
    expect([begun, limit.queued]).toEqual([upTo(3), 0]);
    enter(3, 4);
    expect([begun, limit.queued]).toEqual([upTo(3), 1]);
    leave(1);
    expect([begun, limit.queued]).toEqual([upTo(4), 0]);
  });

  test("first come, first served; who gives up is passed over", () => {
    const { begun, enter, leave } = create(1);
    enter(0, 5);
    leave(2);
    for (const index of [0, 1, 3]) leave(index);
    enter(5, 6);
    leave(4);
    expect(begun).toEqual([0, 1, 3, 4, 5]);
  });

  test("leaving twice, or without having entered, makes no room", () => {
    const { begun, enter, leave } = create(2);
    enter(0, 4);
    leave(9);
    leave(0);
    leave(0);
    expect(begun).toEqual([0, 1, 2]);
  });

  test("no more begin in one turn of the event loop than the others can bear", async () => {
    const { begun, enter } = create(100);
    enter(0, 100);
    expect(begun).toEqual(upTo(STARTS_PER_TURN_MAX));
    await new Promise((resolve) => setImmediate(resolve));
    expect(begun).toEqual(upTo(2 * STARTS_PER_TURN_MAX));
    await settle();
    expect(begun).toEqual(upTo(100));
  });

  test("those that wait without a word make room after a while, or they might wait for those that queue", () => {
    const { clock, begun, enter } = create(2);
    enter(0, 1);
    clock.advance(10);
    enter(1, 5);
    clock.advance(BUSY_MS_MAX - 11);
    expect(begun).toEqual(upTo(2));
    clock.advance(1);
    expect(begun).toEqual(upTo(3));
    clock.advance(10);
    expect(begun).toEqual(upTo(4));
    clock.advance(BUSY_MS_MAX - 10);
    expect(begun).toEqual(upTo(5));
  });

  test("nothing is planned while nobody queues, and nothing after it was closed", async () => {
    const { clock, limit, begun, enter } = create(50);
    enter(0, 50);
    await settle();
    expect(clock.pending).toBe(0);
    enter(50, 60);
    expect(clock.pending).toBe(1);
    limit.close();
    await settle();
    expect([clock.pending, begun, limit.queued]).toEqual([0, upTo(50), 0]);
  });
});
