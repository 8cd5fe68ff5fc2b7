import { expect, test } from "vitest";
import { decodeArchive } from "./archive-codec.ts";
import { isSweepDue, SWEPT_MAX } from "./retention.ts";
import { DrivenMachine, ended, serviceOf } from "./testing/driven-machine.ts";

/** Results are kept for two seconds, journals for one. */
function createMachine(): DrivenMachine {
  return new DrivenMachine([serviceOf("Shop", "service", { buy: "service" })]);
}

function endOne(engine: DrivenMachine, options: { readonly idempotencyKey?: string } = {}): string {
  engine.invoke("Shop/buy", options);
  const shop = engine.one("Shop/buy");
  engine.says(shop, ...ended("bought"));
  engine.effects();
  return shop.id;
}

function sweepAfter(engine: DrivenMachine, ms: number): void {
  engine.nowMs += ms;
  engine.apply({ type: "sweep", nowMs: engine.nowMs });
}

const archivesOf = (engine: DrivenMachine): string[] =>
  [...engine.stored.keys()].filter((key) => key.startsWith("a/") || key.startsWith("b/")).sort();

test("a journal that is kept as long as its result lies beside it", () => {
  const engine = createMachine();
  const id = endOne(engine);
  expect(archivesOf(engine)).toEqual([`a/${id}`]);
  expect(decodeArchive(engine.stored.get(`a/${id}`) as Uint8Array).journal).toHaveLength(2);
  sweepAfter(engine, 1000);
  expect(archivesOf(engine)).toEqual([]);
  expect(engine.machine.world.completed.size).toBe(0);
});

test("a journal that expires first is freed then, also when the engine was started in between", () => {
  for (const restarts of [false, true]) {
    const engine = createMachine();
    const id = endOne(engine, { idempotencyKey: "k" });
    expect(archivesOf(engine)).toEqual([`a/${id}`, `b/${id}`]);
    const [facts, journal] = [engine.stored.get(`a/${id}`), engine.stored.get(`b/${id}`)];
    expect(decodeArchive(facts as Uint8Array, journal).journal).toHaveLength(2);
    if (restarts) engine.restart();
    sweepAfter(engine, 999);
    expect(archivesOf(engine)).toEqual([`a/${id}`, `b/${id}`]);
    sweepAfter(engine, 1);
    expect(archivesOf(engine)).toEqual([`a/${id}`]);
    if (restarts) engine.restart();
    expect(isSweepDue(engine.machine.world, engine.nowMs)).toBe(false);
    expect(engine.machine.world.completed.get(id)).toMatchObject({ succeeded: true, idempotencyKey: "k" });
    sweepAfter(engine, 1000);
    expect(archivesOf(engine)).toEqual([]);
  }
});

test("a journal that is purged goes at once, the result when it expires", () => {
  const engine = createMachine();
  const id = endOne(engine, { idempotencyKey: "k" });
  const archived = decodeArchive(engine.stored.get(`a/${id}`) as Uint8Array, engine.stored.get(`b/${id}`));
  engine.nowMs += 10;
  engine.apply({
    type: "control",
    nowMs: engine.nowMs,
    action: "purgeJournal",
    invocationId: id,
    deployment: undefined,
    archived,
  });
  expect(archivesOf(engine)).toEqual([`a/${id}`]);
  engine.restart();
  sweepAfter(engine, 1500);
  expect(archivesOf(engine)).toEqual([`a/${id}`]);
  sweepAfter(engine, 500);
  expect(archivesOf(engine)).toEqual([]);
});

test("one sweep forgets no more than a limit, and says that there is more", () => {
  const engine = createMachine();
  for (let i = 0; i <= SWEPT_MAX; i += 1) endOne(engine);
  const { world } = engine.machine;
  sweepAfter(engine, 1000);
  expect(world.completed.size).toBe(1);
  expect(isSweepDue(world, engine.nowMs)).toBe(true);
  sweepAfter(engine, 0);
  expect(world.completed.size).toBe(0);
  expect(isSweepDue(world, engine.nowMs)).toBe(false);
});
