import type { Message } from "@perdure/sdk/internal";
import { expect, test } from "vitest";
import {
  answers,
  bytes,
  DrivenMachine,
  ended,
  fed,
  started,
  success,
  suspendedOn,
  VOID,
} from "./testing/driven-machine.ts";

function callOf(path: string, ids: readonly [number, number], changes: object = {}): Message {
  const parts = path.split("/");
  return {
    type: "Call",
    service: parts[0] ?? "",
    handler: parts.at(-1) ?? "",
    key: parts.length === 3 ? (parts[1] ?? "") : "",
    parameter: bytes("1"),
    headers: [],
    name: "",
    invocationIdCompletionId: ids[0],
    completionId: ids[1],
    ...changes,
  };
}

function sendOf(path: string, id: number, changes: object = {}): Message {
  const { completionId, ...call } = callOf(path, [id, 0]) as Extract<Message, { type: "Call" }>;
  return { ...call, type: "OneWayCall", invokeTimeMs: 0, ...changes };
}

test("a request starts an attempt with its input, and its client gets the result", () => {
  const engine = new DrivenMachine();
  const waiter = engine.invoke("Shop/buy", { body: "tea" });
  const [attempt] = started(engine.effects());
  expect(attempt?.start).toMatchObject({
    knownEntries: 1,
    retryCountSinceLastStoredEntry: 0,
    partialState: true,
  });
  expect(attempt?.entries.map(({ message }) => message)).toMatchObject([
    { type: "Input", value: bytes("tea") },
  ]);
  const shop = engine.one("Shop/buy");
  engine.says(shop, ...ended("bought"));
  const effects = engine.effects();
  expect(answers(effects)).toEqual({ [waiter]: "bought" });
  expect(effects.some(({ type }) => type === "finishAttempt")).toBe(true);
  expect([...engine.machine.world.live.keys()]).toEqual([]);
});

test("a call puts the callee and the caller's entry into one step, and its result back into the journal", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy");
  const shop = engine.one("Shop/buy");
  engine.effects();
  engine.says(shop, callOf("Cart/a/add", [1, 2]));
  const cart = engine.one("Cart/a/add");
  expect(fed(engine.effects(), shop)).toEqual([
    {
      type: "Completion",
      kind: "CallInvocationId",
      completionId: 1,
      result: { type: "invocationId", invocationId: cart.id },
    },
  ]);
  engine.says(cart, ...ended("3"));
  expect(fed(engine.effects(), shop)).toEqual([
    { type: "Completion", kind: "Call", completionId: 2, result: success("3") },
  ]);
});

test("exclusive handlers of one key run one after another, in order; shared ones and other keys at once", () => {
  const engine = new DrivenMachine();
  for (const path of ["Cart/a/add", "Cart/a/add", "Cart/b/add", "Cart/a/peek"]) engine.invoke(path);
  expect(started(engine.effects())).toHaveLength(3);
  const [first, second] = engine.live("Cart/a/add");
  expect([first?.status, second?.status]).toEqual(["invoked", "inboxed"]);
  if (first === undefined || second === undefined) return;
  engine.fails(first);
  expect(second.status).toBe("inboxed");
  engine.advance(100);
  engine.says(first, suspendedOn(9));
  expect(second.status).toBe("inboxed");
  engine.control("kill", first);
  expect(second.status).toBe("invoked");
});

test("state is in the start of each attempt, and written as it is set", () => {
  const engine = new DrivenMachine();
  engine.invoke("Cart/a/add");
  const cart = engine.one("Cart/a/add");
  engine.says(cart, { type: "SetState", key: "n", name: "", value: bytes("1") });
  engine.fails(cart);
  engine.effects();
  engine.advance(100);
  engine.apply({ type: "timer", nowMs: engine.nowMs, timer: { type: "retry", invocationId: cart.id } });
  const [attempt] = started(engine.effects());
  expect(attempt?.start).toMatchObject({
    partialState: false,
    stateMap: [{ key: bytes("n"), value: bytes("1") }],
  });
  expect(attempt?.start.knownEntries).toBe(2);
});

test("the result of a run counts once; v7 is answered by an ack", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy");
  const shop = engine.one("Shop/buy");
  engine.says(shop, { type: "Run", name: "pay", completionId: 1 });
  engine.effects();
  engine.says(shop, { type: "ProposeRunCompletion", completionId: 1, result: success("paid") });
  engine.says(shop, { type: "ProposeRunCompletion", completionId: 1, result: success("again") });
  expect(fed(engine.effects(), shop)).toEqual([{ type: "ProposeRunCompletionAck", completionId: 1 }]);
  expect(shop.journal.map(({ message }) => message).slice(2)).toEqual([
    { type: "Completion", kind: "Run", completionId: 1, result: success("paid") },
  ]);
});

test("a suspended handler is woken when what it waits for is there, and not before", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy");
  const shop = engine.one("Shop/buy");
  engine.says(shop, callOf("Cart/a/add", [1, 2]), callOf("Cart/b/add", [3, 4]), {
    type: "Suspension",
    awaitingOn: {
      combinator: "firstCompleted",
      completions: [],
      signals: [1],
      namedSignals: [],
      nested: [
        {
          combinator: "allSucceededOrFirstFailed",
          completions: [2, 4],
          signals: [],
          namedSignals: [],
          nested: [],
        },
      ],
    },
  });
  engine.effects();
  engine.says(engine.one("Cart/a/add"), ...ended("1"));
  expect([shop.status, started(engine.effects()).length]).toEqual(["suspended", 0]);
  engine.says(engine.one("Cart/b/add"), ...ended("2"));
  expect([shop.status, started(engine.effects()).length]).toEqual(["invoked", 1]);
});

test("what came before the suspension wakes it at once", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy");
  const shop = engine.one("Shop/buy");
  engine.says(shop, { type: "Sleep", name: "", completionId: 1, wakeUpTimeMs: engine.nowMs + 10 });
  engine.advance(10);
  engine.effects();
  engine.says(shop, suspendedOn(1));
  expect(started(engine.effects())).toHaveLength(1);
});

test("a cancel that the suspended handler had taken already does not wake it for ever", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy");
  const shop = engine.one("Shop/buy");
  engine.says(shop, suspendedOn(1));
  engine.control("cancel", shop);
  expect(shop.status).toBe("invoked");
  engine.says(
    shop,
    { type: "Sleep", name: "", completionId: 1, wakeUpTimeMs: engine.nowMs + 1000 },
    suspendedOn(1),
  );
  expect(shop.status).toBe("suspended");
  engine.control("cancel", shop);
  expect(shop.status).toBe("invoked");
});

test("a send is taken in without a result; a delayed one waits for its time", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy");
  const shop = engine.one("Shop/buy");
  engine.says(shop, sendOf("Cart/a/add", 1), sendOf("Cart/b/add", 2, { invokeTimeMs: engine.nowMs + 500 }));
  expect(engine.one("Cart/a/add").status).toBe("invoked");
  expect(engine.one("Cart/b/add").status).toBe("scheduled");
  engine.advance(500);
  expect(engine.one("Cart/b/add").status).toBe("invoked");
});

test("the same idempotency key is the same invocation, while it runs and afterwards", () => {
  const engine = new DrivenMachine();
  const first = engine.invoke("Shop/buy", { idempotencyKey: "k" });
  const second = engine.invoke("Shop/buy", { idempotencyKey: "k" });
  const shop = engine.one("Shop/buy");
  engine.says(shop, ...ended("once"));
  expect(answers(engine.effects())).toEqual({ [first]: "once", [second]: "once" });
  const third = engine.invoke("Shop/buy", { idempotencyKey: "k" });
  expect(answers(engine.effects())).toEqual({ [third]: "fromArchive" });
  engine.advance(2001);
  engine.apply({ type: "sweep", nowMs: engine.nowMs });
  engine.invoke("Shop/buy", { idempotencyKey: "k" });
  expect(engine.one("Shop/buy").id).toBe(shop.id);
});

test("a workflow runs once per key; its state and promises go with its retention", () => {
  const engine = new DrivenMachine();
  engine.invoke("Order/1/run");
  const second = engine.invoke("Order/1/run");
  expect(answers(engine.effects())).toEqual({ [second]: "409 the workflow method was already invoked" });
  const order = engine.one("Order/1/run");
  engine.says(
    order,
    { type: "SetState", key: "s", name: "", value: bytes("1") },
    { type: "CompletePromise", key: "p", name: "", completionId: 1, result: success("kept") },
    ...ended("done"),
  );
  expect(engine.machine.world.stateOf("Order", "1").size).toBe(1);
  engine.advance(3001);
  engine.apply({ type: "sweep", nowMs: engine.nowMs });
  expect(engine.machine.world.stateOf("Order", "1").size).toBe(0);
  expect([...engine.stored.keys()]).toEqual([]);
});

test("promises: get waits, peek does not, the second completion is refused", () => {
  const engine = new DrivenMachine();
  engine.invoke("Order/1/run");
  const order = engine.one("Order/1/run");
  engine.says(
    order,
    { type: "PeekPromise", key: "p", name: "", completionId: 1 },
    { type: "GetPromise", key: "p", name: "", completionId: 2 },
  );
  expect(fed(engine.effects(), order)).toMatchObject([{ completionId: 1, result: VOID }]);
  engine.invoke("Order/1/status");
  const status = engine.one("Order/1/status");
  engine.effects();
  for (const completionId of [1, 2]) {
    engine.says(status, {
      type: "CompletePromise",
      key: "p",
      name: "",
      completionId,
      result: success("yes"),
    });
  }
  const effects = engine.effects();
  expect(fed(effects, order)).toMatchObject([{ completionId: 2, result: success("yes") }]);
  expect(fed(effects, status)).toMatchObject([
    { completionId: 1, result: VOID },
    {
      completionId: 2,
      result: { type: "failure", failure: { code: 409, message: "promise was already completed" } },
    },
  ]);
});

test("attach: the running one, the ended one, the unknown one", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy");
  const shop = engine.one("Shop/buy");
  engine.invoke("Cart/a/add");
  const cart = engine.one("Cart/a/add");
  const attachTo = (invocationId: string, completionId: number): Message => ({
    type: "AttachInvocation",
    name: "",
    completionId,
    target: { type: "invocation", invocationId },
  });
  engine.says(shop, attachTo(cart.id, 1));
  engine.effects();
  engine.says(cart, ...ended("7"));
  expect(fed(engine.effects(), shop)).toMatchObject([{ completionId: 1, result: success("7") }]);
  engine.says(shop, attachTo(cart.id, 2));
  expect(engine.effects()).toMatchObject([
    { type: "loadResult", invocationId: cart.id, callerId: shop.id, completionId: 2 },
  ]);
  engine.apply({
    type: "resultLoaded",
    nowMs: engine.nowMs,
    invocationId: cart.id,
    callerId: shop.id,
    completionId: 2,
    result: success("7"),
  });
  expect(fed(engine.effects(), shop)).toMatchObject([{ kind: "AttachInvocation", completionId: 2 }]);
  engine.says(shop, attachTo(shop.id.slice(0, -1).concat(shop.id.endsWith("0") ? "1" : "0"), 3));
  expect(fed(engine.effects(), shop)).toMatchObject([
    { result: { failure: { code: 404, message: "not found" } } },
  ]);
});

test.each([
  ["an unknown service", callOf("Nowhere/x", [1, 2]), "RT0018"],
  ["an unknown handler", callOf("Shop/x", [1, 2]), "RT0018"],
  ["a key for a service", callOf("Shop/k/buy", [1, 2]), "RT0017"],
  ["an empty idempotency key", callOf("Shop/buy", [1, 2], { idempotencyKey: "" }), "RT0017"],
  ["a scope", callOf("Shop/buy", [1, 2], { scope: "s" }), "RT0024"],
  ["state of a service", { type: "SetState", key: "k", name: "", value: bytes("") } as const, "RT0017"],
  [
    "a promise outside a workflow",
    { type: "GetPromise", key: "k", name: "", completionId: 1 } as const,
    "RT0017",
  ],
  [
    "no invocation id",
    { type: "SendSignal", targetInvocationId: "x", signal: 1, result: VOID, name: "" } as const,
    "RT0012",
  ],
  [
    "a result for no run",
    { type: "ProposeRunCompletion", completionId: 5, result: success("") } as const,
    "RT0012",
  ],
  ["an end without a result", { type: "End" } as const, "RT0012"],
  [
    "a suspension on nothing",
    {
      type: "Suspension",
      awaitingOn: {
        combinator: "firstCompleted",
        completions: [],
        signals: [],
        namedSignals: [],
        nested: [],
      },
    } as const,
    "RT0012",
  ],
  ["a message of the engine's", { type: "CommandAck", commandIndex: 1 } as const, "RT0012"],
])(
  "%s fails the attempt; it and what follows is not stored, and it is tried again",
  (_name, message, restateCode) => {
    const engine = new DrivenMachine();
    engine.invoke("Shop/buy");
    const shop = engine.one("Shop/buy");
    const before = shop.journal.length;
    engine.says(shop, message, ...ended("too late"));
    expect(shop.journal).toHaveLength(before);
    expect(shop.lastFailure?.restateCode).toBe(restateCode);
    expect(shop.nextRetryAtMs).toBe(engine.nowMs + 100);
  },
);

test("a signal is kept for what has started, and dropped for what has not", () => {
  const engine = new DrivenMachine();
  engine.invoke("Cart/k/add");
  engine.invoke("Cart/k/add");
  engine.invoke("Cart/l/add", { delayMs: 1000 });
  engine.invoke("Shop/buy");
  const [running, queued] = engine.live("Cart/k/add");
  const delayed = engine.one("Cart/l/add");
  for (const to of [running, queued, delayed]) {
    const signal = { type: "SendSignal", signal: "news", result: VOID, name: "" } as const;
    engine.says(engine.one("Shop/buy"), { ...signal, targetInvocationId: to?.id ?? "" });
  }
  const signals = [running, queued, delayed].map((receiver) =>
    receiver?.journal.filter(({ message }) => message.type === "Signal"),
  );
  expect(signals).toMatchObject([[{ message: { signal: "news" } }], [], []]);
});

test("a shared handler cannot change state", () => {
  const engine = new DrivenMachine();
  engine.invoke("Cart/a/peek");
  const peek = engine.one("Cart/a/peek");
  engine.says(peek, { type: "SetState", key: "k", name: "", value: bytes("") });
  expect(peek.lastFailure?.restateCode).toBe("RT0017");
});

test("what an attempt says that has no say any more is ignored", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy");
  const shop = engine.one("Shop/buy");
  const stale = { ...shop, attempt: shop.attempt };
  engine.fails(shop);
  engine.says(stale, ...ended("ghost"));
  expect(engine.live("Shop/buy")).toHaveLength(1);
});

test("an id that is used again gets nothing that its former bearer waited for", () => {
  const engine = new DrivenMachine();
  const bear = () => {
    engine.invoke("Shop/buy", { idempotencyKey: "k" });
    return engine.one("Shop/buy");
  };
  engine.invoke("Order/1/run");
  const order = engine.one("Order/1/run");
  engine.says(order, ...ended("ordered"));
  const attach = { name: "", target: { type: "invocation", invocationId: order.id } } as const;

  const first = bear();
  engine.says(first, callOf("Cart/a/add", [1, 2]));
  engine.says(first, { type: "AttachInvocation", ...attach, completionId: 3 }, ...ended("went on"));
  engine.control("purge", first);
  const second = bear();
  expect(second.id).toBe(first.id);
  engine.says(second, callOf("Cart/b/add", [1, 2]), callOf("Cart/c/add", [4, 3]), suspendedOn(2));

  engine.says(engine.one("Cart/a/add"), ...ended("of a"));
  engine.apply({
    type: "resultLoaded",
    nowMs: engine.nowMs,
    invocationId: order.id,
    callerId: second.id,
    completionId: 3,
    result: success("ordered"),
  });
  expect([...second.expected.keys()]).toEqual([2, 3]);
  engine.says(engine.one("Cart/b/add"), ...ended("of b"));
  expect(second.journal.at(-1)?.message).toMatchObject({ completionId: 2, result: success("of b") });
});

test("a timer that was set for a former bearer of an id, or fires early, is set again", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy", { idempotencyKey: "k", delayMs: 5 });
  const first = engine.one("Shop/buy");
  const timer = { type: "execute", invocationId: first.id } as const;
  engine.control("cancel", first);
  engine.invoke("Shop/buy", { idempotencyKey: "k", delayMs: 900 });
  const { nowMs } = engine;
  engine.effects();
  engine.apply({ type: "timer", nowMs: nowMs + 5, timer });
  expect(engine.effects()).toEqual([{ type: "setTimer", timer, atMs: nowMs + 900 }]);
  engine.apply({ type: "timer", nowMs: nowMs + 900, timer });
  expect(started(engine.effects())).toHaveLength(1);
});
