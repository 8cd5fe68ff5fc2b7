import { expect, test } from "vitest";
import type { Effect } from "./effects.ts";
import {
  answers,
  bytes,
  DrivenMachine,
  ended,
  started,
  success,
  suspendedOn,
} from "./testing/driven-machine.ts";

function timers(effects: readonly Effect[]): string[] {
  return effects.flatMap((effect) =>
    effect.type === "setTimer" ? [`${effect.timer.type}@${effect.atMs}`] : [],
  );
}

test("everything that has not ended goes on after a restart, in the same order", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy");
  const shop = engine.one("Shop/buy");
  engine.says(
    shop,
    { type: "Sleep", name: "nap", completionId: 1, wakeUpTimeMs: engine.nowMs + 500 },
    suspendedOn(1),
  );
  for (const body of ["1", "2", "3"]) engine.invoke("Cart/a/add", { body });
  engine.invoke("Order/1/run", { delayMs: 900 });
  const now = engine.nowMs;
  engine.restart();

  const effects = engine.effects();
  expect(timers(effects)).toEqual([`sleep@${now + 500}`, `execute@${now + 900}`]);
  expect(started(effects)).toMatchObject([{ target: { service: "Cart" }, start: { knownEntries: 1 } }]);
  expect(engine.one("Shop/buy").status).toBe("suspended");
  expect(engine.live("Cart/a/add").map(({ status }) => status)).toEqual(["invoked", "inboxed", "inboxed"]);

  for (const body of ["1", "2", "3"]) {
    const running = engine.live("Cart/a/add").find(({ status }) => status === "invoked");
    expect(running?.journal[0]?.message).toMatchObject({ value: bytes(body) });
    if (running !== undefined) engine.says(running, ...ended(""));
  }
  engine.advance(500);
  engine.apply({
    type: "timer",
    nowMs: now + 500,
    timer: { type: "sleep", invocationId: shop.id, completionId: 1 },
  });
  const [woken] = started(engine.effects()).filter(({ target }) => target.service === "Shop");
  expect(woken?.entries.map(({ message }) => message.type)).toEqual(["Input", "Sleep", "Completion"]);
});

test("a caller still gets the result of a callee that ended after the restart, and of one that had ended before", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy");
  const shop = engine.one("Shop/buy");
  const call = { service: "Cart", handler: "add", key: "a", parameter: bytes(""), headers: [], name: "" };
  engine.says(shop, { type: "Call", ...call, invocationIdCompletionId: 1, completionId: 2 }, suspendedOn(2));
  engine.restart();
  engine.effects();
  engine.says(engine.one("Cart/a/add"), ...ended("9"));
  const [again] = started(engine.effects());
  expect(again?.entries.at(-1)?.message).toMatchObject({ completionId: 2, result: success("9") });
});

test("state, promises, results and backoff are as they were", () => {
  const engine = new DrivenMachine();
  engine.invoke("Order/1/run");
  const order = engine.one("Order/1/run");
  engine.says(
    order,
    { type: "SetState", key: "s", name: "", value: bytes("1") },
    { type: "CompletePromise", key: "p", name: "", completionId: 1, result: success("kept") },
  );
  engine.fails(order);
  engine.invoke("Shop/buy", { idempotencyKey: "k" });
  engine.says(engine.one("Shop/buy"), ...ended("once"));
  engine.effects();
  engine.restart();
  expect(timers(engine.effects())).toEqual([`retry@${engine.nowMs + 100}`]);
  expect(engine.one("Order/1/run")).toMatchObject({ retryCount: 1, policyFailures: 1, commandCount: 3 });
  expect(engine.machine.world.stateOf("Order", "1").get("s")).toEqual(bytes("1"));
  expect(engine.machine.world.promiseOf("Order", "1", "p").result).toEqual(success("kept"));
  const waiter = engine.invoke("Shop/buy", { idempotencyKey: "k" });
  expect(answers(engine.effects())).toEqual({ [waiter]: "fromArchive" });
});

test("a get that waits for a promise is answered after a restart too", () => {
  const engine = new DrivenMachine();
  engine.invoke("Order/1/run");
  engine.says(
    engine.one("Order/1/run"),
    { type: "GetPromise", key: "p", name: "", completionId: 1 },
    suspendedOn(1),
  );
  engine.restart();
  engine.invoke("Order/1/status");
  engine.effects();
  const complete = {
    type: "CompletePromise",
    key: "p",
    name: "",
    completionId: 1,
    result: success("now"),
  } as const;
  engine.says(engine.one("Order/1/status"), complete);
  expect(started(engine.effects())).toMatchObject([{ target: { handler: "run" } }]);
});

const byKey = { type: "idempotent", service: "Shop", handler: "buy", idempotencyKey: "k" } as const;

test.each(["AttachInvocation", "GetInvocationOutput"] as const)(
  "%s of what has ended is answered although the restart came while its result was being read",
  (type) => {
    const engine = new DrivenMachine();
    engine.invoke("Shop/buy", { idempotencyKey: "k" });
    const ended1 = engine.one("Shop/buy");
    engine.says(ended1, ...ended("once"));
    engine.invoke("Cart/a/add");
    engine.says(engine.one("Cart/a/add"), { type, name: "", completionId: 1, target: byKey }, suspendedOn(1));
    engine.restart();
    expect(engine.effects()).toEqual([
      { type: "loadResult", invocationId: ended1.id, callerId: engine.one("Cart/a/add").id, completionId: 1 },
    ]);
  },
);

test("a result that was forgotten before a restart, while it was being read, is gone", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy", { idempotencyKey: "k" });
  const shop = engine.one("Shop/buy");
  engine.says(shop, ...ended("once"));
  engine.invoke("Cart/a/add");
  const attach = { type: "AttachInvocation", name: "", completionId: 1, target: byKey } as const;
  engine.says(engine.one("Cart/a/add"), attach, suspendedOn(1));
  engine.control("purge", shop);
  engine.restart();
  const attempts = started(engine.effects());
  expect(attempts).toHaveLength(1);
  expect(attempts[0]?.entries.at(-1)?.message).toMatchObject({
    completionId: 1,
    result: { type: "failure", failure: { code: 410 } },
  });
});

test("what was to be paused is asked to come to rest again", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy");
  engine.control("pause", engine.one("Shop/buy"));
  engine.restart();
  expect(engine.effects().map(({ type }) => type)).toEqual(["startAttempt", "endInput"]);
  engine.says(engine.one("Shop/buy"), suspendedOn(1));
  expect(engine.one("Shop/buy").status).toBe("paused");
});
