import type { AwaitTree, Combinator, Message } from "@perdure/sdk/internal";
import { describe, expect, test } from "vitest";
import { DEADLOCKS_KEPT_MAX } from "./deadlock.ts";
import type { LiveInvocation } from "./records.ts";
import { answers, DrivenMachine, ended, success, suspendedOn } from "./testing/driven-machine.ts";

type Call = Extract<Message, { type: "Call" }>;

function callOf(path: string, ids: readonly [number, number], idempotencyKey?: string): Call {
  const [service = "", ...rest] = path.split("/");
  return {
    type: "Call",
    name: "",
    service,
    handler: rest.at(-1) ?? "",
    key: rest.length === 2 ? (rest[0] ?? "") : "",
    parameter: new Uint8Array(),
    headers: [],
    idempotencyKey,
    invocationIdCompletionId: ids[0],
    completionId: ids[1],
  };
}

function attachTo({ id: invocationId }: LiveInvocation, completionId: number): Message {
  return { type: "AttachInvocation", name: "", completionId, target: { type: "invocation", invocationId } };
}

function sleepOf(engine: DrivenMachine, completionId: number): Message {
  return { type: "Sleep", name: "", completionId, wakeUpTimeMs: engine.nowMs + 10 };
}

function treeOf(combinator: Combinator, ...completions: number[]): AwaitTree {
  return { combinator, completions, signals: [], namedSignals: [], nested: [] };
}

function suspendedIn(combinator: Combinator, ...completions: number[]): Message {
  const nested = [treeOf(combinator, ...completions)];
  return { type: "Suspension", awaitingOn: { ...treeOf("firstCompleted"), signals: [1], nested } };
}

function reports(...completions: number[]): Message {
  const awaitingOn = { ...treeOf("firstCompleted", ...completions), signals: [1] };
  return { type: "AwaitingOn", awaitingOn, executingSideEffects: false };
}

function start(engine: DrivenMachine, path: string): LiveInvocation {
  engine.invoke(path);
  const invocation = engine.live(path).at(-1);
  if (invocation === undefined) throw new Error(`${path} does not live`);
  return invocation;
}

/** What it was told by this completion, if it was a deadlock. */
function deadlockAt({ journal }: LiveInvocation, completionId: number): string | undefined {
  for (const { message } of journal) {
    if (message.type !== "Completion" || message.completionId !== completionId) continue;
    const { result } = message;
    if (result.type === "failure" && result.failure.message.startsWith("Deadlock"))
      return result.failure.message;
  }
  return undefined;
}

describe("rings of objects", () => {
  test("two that call each other: those that report it are asked to suspend, and the last call fails", () => {
    const engine = new DrivenMachine();
    const a = start(engine, "Cart/a/add");
    engine.says(a, callOf("Cart/b/add", [1, 2]), reports(2));
    const b = engine.one("Cart/b/add");
    engine.effects();
    engine.says(b, callOf("Cart/a/add", [1, 2]));
    expect(engine.effects().filter(({ type }) => type === "endInput")).toEqual([]);
    engine.says(b, reports(2));
    expect(engine.effects().filter(({ type }) => type === "endInput")).toHaveLength(2);
    engine.says(b, suspendedOn(2));
    engine.says(a, suspendedOn(2));
    expect(deadlockAt(b, 2)).toContain("Cart/b/add -> Cart/a/add -> Cart/a/add -> Cart/b/add");
    expect(deadlockAt(a, 2)).toBeUndefined();
    expect(engine.live("Cart/a/add")).toEqual([a]);
    expect(b.status).toBe("invoked");
  });

  test("a call to oneself is a ring of one", () => {
    const engine = new DrivenMachine();
    const a = start(engine, "Cart/a/add");
    engine.says(a, callOf("Cart/a/add", [1, 2]), suspendedOn(2));
    expect(deadlockAt(a, 2)).toContain("Cart/a/add -> Cart/a/add -> Cart/a/add");
    expect(engine.live("Cart/a/add")).toEqual([a]);
    expect(engine.machine.world.deadlocks).toMatchObject([
      {
        cycle: [
          { invocationId: a.id, waitsFor: "result" },
          { target: "Cart/a/add", waitsFor: "lock" },
        ],
        failed: { invocationId: a.id, commandIndex: 1 },
      },
    ]);
  });

  test("who races the call against a timer is in none, and who wins the race by it is not either", () => {
    const engine = new DrivenMachine();
    const a = start(engine, "Cart/a/add");
    engine.says(a, callOf("Cart/a/add", [1, 2]), sleepOf(engine, 3), suspendedOn(2, 3));
    expect(engine.live("Cart/a/add")).toHaveLength(2);
    engine.advance(10);
    engine.says(a, ...ended("x"));
    expect(engine.machine.world.deadlocks).toEqual([]);
    expect(engine.one("Cart/a/add").status).toBe("invoked");
  });

  test("who waits for it after the race is", () => {
    const engine = new DrivenMachine();
    const a = start(engine, "Cart/a/add");
    engine.says(a, callOf("Cart/a/add", [1, 2]), sleepOf(engine, 3), suspendedOn(2, 3));
    engine.advance(10);
    engine.says(a, suspendedOn(2));
    expect(deadlockAt(a, 2)).toBeDefined();
  });

  test("all of two calls, one of them in a ring: when the other has succeeded", () => {
    const engine = new DrivenMachine();
    const a = start(engine, "Cart/a/add");
    const calls = [callOf("Cart/a/add", [1, 2]), callOf("Shop/buy", [3, 4])];
    engine.says(a, ...calls, suspendedIn("allSucceededOrFirstFailed", 2, 4));
    expect(deadlockAt(a, 2)).toBeUndefined();
    engine.says(engine.one("Shop/buy"), ...ended("tea"));
    expect(deadlockAt(a, 2)).toBeDefined();
    expect(a.status).toBe("invoked");
  });

  test("all of a call in a ring and a sleep, which cannot fail: at once", () => {
    const engine = new DrivenMachine();
    const a = start(engine, "Cart/a/add");
    const wait = suspendedIn("allSucceededOrFirstFailed", 2, 3);
    engine.says(a, callOf("Cart/a/add", [1, 2]), sleepOf(engine, 3), wait);
    expect(deadlockAt(a, 2)).toBeDefined();
  });

  test("two rings through one wait for both results: both calls fail", () => {
    const engine = new DrivenMachine();
    const a = start(engine, "Cart/a/add");
    const calls = [callOf("Cart/a/add", [1, 2]), callOf("Cart/a/add", [3, 4])];
    engine.says(a, ...calls, suspendedIn("allCompleted", 2, 4));
    expect([deadlockAt(a, 2), deadlockAt(a, 4)].every((text) => text !== undefined)).toBe(true);
    expect(engine.live("Cart/a/add")).toEqual([a]);
    expect(a.status).toBe("invoked");
  });

  test("the order of an inbox closes a ring: the one before has the lock that is needed", () => {
    const engine = new DrivenMachine();
    const first = start(engine, "Cart/b/add");
    const before = start(engine, "Cart/b/add");
    const a = start(engine, "Cart/a/add");
    engine.says(a, callOf("Cart/b/add", [1, 2]), suspendedOn(2));
    expect(engine.machine.world.deadlocks).toEqual([]);
    engine.says(first, ...ended("x"));
    engine.says(before, callOf("Cart/a/add", [1, 2]), suspendedOn(2));
    expect(deadlockAt(before, 2)).toBeDefined();
    expect(a.status).toBe("suspended");
  });

  test("a result read meanwhile, a paused one and one that is tried again are not stuck", () => {
    const engine = new DrivenMachine();
    const a = start(engine, "Cart/a/add");
    engine.says(a, callOf("Cart/b/add", [1, 2]), suspendedOn(2));
    const b = engine.one("Cart/b/add");
    engine.says(b, callOf("Cart/a/add", [1, 2]));
    engine.fails(b);
    expect(engine.machine.world.deadlocks).toEqual([]);
    engine.control("pause", b);
    expect(engine.machine.world.deadlocks).toEqual([]);
    engine.control("resume", b);
    engine.says(b, suspendedOn(2));
    expect(deadlockAt(b, 2)).toBeDefined();
  });
});

describe("rings of results", () => {
  test("two that attach to each other", () => {
    const engine = new DrivenMachine();
    const [x, y] = [start(engine, "Shop/buy"), start(engine, "Shop/buy")];
    engine.says(x, attachTo(y, 1), suspendedOn(1));
    engine.says(y, attachTo(x, 1), suspendedOn(1));
    expect(deadlockAt(y, 1)).toContain("Shop/buy -> Shop/buy -> Shop/buy. Each waits for the result");
    engine.says(y, ...ended("y"));
    expect(y.status === x.status || x.status === "invoked").toBe(true);
  });

  test("one that attaches to itself", () => {
    const engine = new DrivenMachine();
    const x = start(engine, "Shop/buy");
    engine.says(x, attachTo(x, 1), suspendedOn(1));
    expect(deadlockAt(x, 1)).toBeDefined();
    expect(x.sinks).toEqual([]);
  });

  test("an idempotent call of oneself", () => {
    const engine = new DrivenMachine();
    engine.invoke("Shop/buy", { idempotencyKey: "k" });
    const x = engine.one("Shop/buy");
    engine.says(x, callOf("Shop/buy", [1, 2], "k"), suspendedOn(2));
    expect(deadlockAt(x, 2)).toBeDefined();
    expect(engine.live("Shop/buy")).toEqual([x]);
  });

  test("attaching to what waits for one's own lock fails the wait, and leaves the other alone", () => {
    const engine = new DrivenMachine();
    const a = start(engine, "Cart/a/add");
    const waiter = engine.invoke("Cart/a/add");
    const queued = engine.live("Cart/a/add")[1] as LiveInvocation;
    engine.says(a, attachTo(queued, 1), suspendedOn(1));
    expect(deadlockAt(a, 1)).toBeDefined();
    engine.says(a, ...ended("a"));
    engine.says(queued, ...ended("later"));
    expect(answers(engine.effects())[waiter]).toBe("later");
  });

  test("a delayed one that is attached to gets behind the lock when its time comes", () => {
    const engine = new DrivenMachine();
    engine.invoke("Cart/a/add", { delayMs: 10 });
    const later = engine.one("Cart/a/add");
    engine.invoke("Cart/a/add");
    const a = engine.live("Cart/a/add")[1] as LiveInvocation;
    engine.says(a, attachTo(later, 1), suspendedOn(1));
    expect(engine.machine.world.deadlocks).toEqual([]);
    engine.advance(10);
    expect(deadlockAt(a, 1)).toBeDefined();
    expect(later.status).toBe("inboxed");
  });
});

test("what was found is bounded: the last are kept", () => {
  const engine = new DrivenMachine();
  for (let count = 0; count <= DEADLOCKS_KEPT_MAX; count += 1) {
    const x = start(engine, "Shop/buy");
    engine.nowMs += 1;
    engine.says(x, attachTo(x, 1), suspendedOn(1));
    engine.says(x, { type: "Output", name: "", result: success("") }, { type: "End" });
  }
  const { deadlocks } = engine.machine.world;
  expect(deadlocks).toHaveLength(DEADLOCKS_KEPT_MAX);
  expect(deadlocks[0]?.atMs).toBe(engine.nowMs - DEADLOCKS_KEPT_MAX + 1);
});

test("a ring is broken in the step that closes it, so a restart finds none", () => {
  const engine = new DrivenMachine();
  const a = start(engine, "Cart/a/add");
  engine.says(a, callOf("Cart/a/add", [1, 2]), suspendedOn(2));
  engine.restart();
  expect(engine.machine.world.deadlocks).toEqual([]);
  expect(deadlockAt(engine.one("Cart/a/add"), 2)).toBeDefined();
});
