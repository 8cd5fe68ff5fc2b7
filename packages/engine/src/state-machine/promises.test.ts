import type { Message } from "@perdure/sdk/internal";
import { expect, test } from "vitest";
import { DrivenMachine, ended, fed, started, success, suspendedOn } from "./testing/driven-machine.ts";

const get: Message = { type: "GetPromise", key: "p", name: "", completionId: 1 };
const peek: Message = { type: "PeekPromise", key: "p", name: "", completionId: 1 };
const complete: Message = {
  type: "CompletePromise",
  key: "p",
  name: "",
  completionId: 1,
  result: success("v"),
};

test("a promise that nobody completed leaves nothing behind: peeked at, or waited for by what has ended", () => {
  const engine = new DrivenMachine();
  engine.invoke("Order/1/status");
  engine.says(engine.one("Order/1/status"), peek, ...ended(""));
  expect(engine.machine.world.promises.size).toBe(0);
  engine.invoke("Order/1/status");
  engine.says(engine.one("Order/1/status"), get, suspendedOn(1));
  expect(engine.machine.world.promises.size).toBe(1);
  engine.control("kill", engine.one("Order/1/status"));
  expect(engine.machine.world.promises.size).toBe(0);
});

test("who waits for a promise goes on waiting when its workflow is forgotten, and gets the next value", () => {
  const engine = new DrivenMachine();
  engine.invoke("Order/1/run");
  const run = engine.one("Order/1/run");
  engine.invoke("Order/1/status");
  const status = engine.one("Order/1/status");
  engine.says(status, get, suspendedOn(1));
  engine.says(run, ...ended("done"));
  engine.control("purge", run);
  engine.invoke("Order/1/run");
  engine.effects();
  engine.says(engine.one("Order/1/run"), complete);
  const [again] = started(engine.effects());
  expect(again?.invocationId).toBe(status.id);
  expect(again?.entries.at(-1)?.message).toMatchObject({ completionId: 1, result: success("v") });
});

test("results of a forgotten workflow are forgotten, in memory and in the store", () => {
  const engine = new DrivenMachine();
  engine.invoke("Order/1/run");
  const run = engine.one("Order/1/run");
  engine.says(run, complete, ...ended("done"));
  expect([...engine.stored.keys()].filter((key) => key.startsWith("p/"))).toHaveLength(1);
  engine.control("purge", run);
  expect([...engine.stored.keys()]).toEqual([]);
  engine.invoke("Order/1/status");
  const status = engine.one("Order/1/status");
  engine.effects();
  engine.says(status, peek);
  expect(fed(engine.effects(), status)).toMatchObject([{ completionId: 1, result: { type: "void" } }]);
});
