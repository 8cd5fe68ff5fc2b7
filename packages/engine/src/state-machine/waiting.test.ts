import { type AwaitTree, decodeInvocationId, encodeAwakeableId, type Message } from "@perdure/sdk/internal";
import { expect, test } from "vitest";
import type { WaitingFor } from "../engine-api.ts";
import { DrivenMachine, ended, suspendedOn } from "./testing/driven-machine.ts";
import { WAIT_REASONS_MAX, WAITING_INVOCATIONS_MAX, waitingFor } from "./waiting.ts";

function callTo(key: string, ids: readonly [number, number]): Message {
  return {
    type: "Call",
    name: "",
    service: "Cart",
    handler: "add",
    key,
    parameter: new Uint8Array(),
    headers: [],
    invocationIdCompletionId: ids[0],
    completionId: ids[1],
  };
}

function sleepOf(engine: DrivenMachine, completionId: number): Message {
  return { type: "Sleep", name: "nap", completionId, wakeUpTimeMs: engine.nowMs + 10 };
}

function ask(engine: DrivenMachine, { id }: { readonly id: string }): WaitingFor {
  const waiting = waitingFor(engine.machine.world, id);
  if (waiting === undefined) throw new Error(`${id} is not known`);
  return waiting;
}

/** Without the ids, which are long. */
function summaryOf(waiting: WaitingFor): string {
  return waiting.summary.replaceAll(/ \((inv_|sign_)\w+\)/g, "");
}

test("a chain goes from call to lock to sleep", () => {
  const engine = new DrivenMachine();
  engine.invoke("Cart/a/add");
  const holder = engine.one("Cart/a/add");
  engine.says(holder, sleepOf(engine, 1), suspendedOn(1));
  engine.invoke("Shop/buy");
  const shop = engine.one("Shop/buy");
  engine.says(shop, callTo("a", [1, 2]), suspendedOn(2));
  const waiting = ask(engine, shop);
  expect(summaryOf(waiting)).toBe(
    "Shop/buy waits for call #1 to Cart/a/add, which is queued behind Cart/a/add that holds the lock, " +
      "which sleeps until 1970-01-01T00:16:40.010Z (command #1).",
  );
  expect(waiting.invocations).toMatchObject([
    { target: "Shop/buy", status: "suspended", needs: "any", waits: [{ type: "call", commandIndex: 1 }] },
    {
      target: "Cart/a/add",
      status: "inboxed",
      waits: [{ type: "lock", heldBy: holder.id, queuedBefore: 0 }],
    },
    { status: "suspended", waits: [{ type: "sleep", name: "nap", untilMs: engine.nowMs + 10 }] },
  ]);
  expect(waiting).toMatchObject({ isTruncated: false, deadlocks: [] });
});

test("of several waits all are listed, with what they need", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy");
  const shop = engine.one("Shop/buy");
  const nothing = { signals: [], namedSignals: [], nested: [] };
  const all: AwaitTree = { combinator: "allCompleted", completions: [1], ...nothing, signals: [17, 2] };
  const awaitingOn: AwaitTree = {
    combinator: "firstCompleted",
    completions: [],
    ...nothing,
    signals: [1],
    nested: [all],
  };
  engine.says(shop, sleepOf(engine, 1), { type: "Suspension", awaitingOn });
  expect(ask(engine, shop).invocations[0]).toMatchObject({
    needs: "all",
    waits: [
      { type: "sleep" },
      { type: "awakeable", awakeableId: encodeAwakeableId(decodeInvocationId(shop.id), 17) },
      { type: "signal", signal: 2 },
    ],
  });
  expect(summaryOf(ask(engine, shop))).toContain("waits for all of 3, one of which: it sleeps until");
});

test.each<[string, (engine: DrivenMachine) => void, string]>([
  ["runs", () => {}, "runs"],
  [
    "is tried again",
    (engine) => engine.fails(engine.one("Shop/buy")),
    'is tried again at 1970-01-01T00:16:40.100Z after "broken"',
  ],
  [
    "is paused",
    (engine) => {
      engine.fails(engine.one("Shop/buy"));
      engine.control("pause", engine.one("Shop/buy"));
    },
    'is paused until an operator resumes it after "broken"',
  ],
])("one that %s says so", (_name, act, text) => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy");
  act(engine);
  expect(summaryOf(ask(engine, engine.one("Shop/buy")))).toBe(`Shop/buy ${text}.`);
});

test("one that is scheduled, one that has ended, and one that nobody knows", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy", { delayMs: 10 });
  const shop = engine.one("Shop/buy");
  expect(summaryOf(ask(engine, shop))).toBe("Shop/buy starts at 1970-01-01T00:16:40.010Z.");
  engine.advance(10);
  engine.says(shop, ...ended("x"));
  expect(ask(engine, shop)).toMatchObject({
    summary: `Shop/buy (${shop.id}) has ended.`,
    isTruncated: false,
  });
  expect(waitingFor(engine.machine.world, "inv_1")).toBeUndefined();
});

test("a deadlock that was broken is told of both who were in it", () => {
  const engine = new DrivenMachine();
  engine.invoke("Cart/a/add");
  const a = engine.one("Cart/a/add");
  engine.says(a, callTo("a", [1, 2]), suspendedOn(2));
  expect(ask(engine, a).deadlocks).toEqual(engine.machine.world.deadlocks);
  expect(ask(engine, a).deadlocks).toHaveLength(1);
});

test("what is told is bounded", () => {
  const engine = new DrivenMachine();
  for (const count of [WAIT_REASONS_MAX, WAIT_REASONS_MAX + 1]) {
    engine.invoke("Shop/buy");
    const shop = engine.live("Shop/buy").at(-1);
    if (shop === undefined) throw new Error();
    const ids = Array.from({ length: count }, (_, index) => index + 1);
    engine.says(shop, ...ids.map((id) => sleepOf(engine, id)), suspendedOn(...ids));
    expect(ask(engine, shop)).toMatchObject({ isTruncated: count > WAIT_REASONS_MAX });
    expect(ask(engine, shop).invocations[0]?.waits).toHaveLength(WAIT_REASONS_MAX);
  }
  let key = 0;
  engine.invoke("Cart/0/add");
  for (; key < WAITING_INVOCATIONS_MAX; key += 1) {
    engine.says(engine.one(`Cart/${key}/add`), callTo(`${key + 1}`, [1, 2]), suspendedOn(2));
  }
  expect(ask(engine, engine.one("Cart/0/add"))).toMatchObject({ isTruncated: true });
  const full = ask(engine, engine.one("Cart/1/add"));
  expect(full).toMatchObject({ isTruncated: false });
  expect(full.invocations).toHaveLength(WAITING_INVOCATIONS_MAX);
  expect(full.summary).toMatch(/, and so on\.$/);
});
