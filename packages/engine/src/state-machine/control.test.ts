import type { Message } from "@perdure/sdk/internal";
import { expect, test } from "vitest";
import { decodeArchive } from "./archive-codec.ts";
import {
  answers,
  bytes,
  DrivenMachine,
  ended,
  fed,
  serviceOf,
  started,
  suspendedOn,
  VOID,
} from "./testing/driven-machine.ts";

const CANCEL = { type: "Signal", signal: 1, result: VOID };

function callOf(path: string, ids: readonly [number, number]): Message {
  const [service = "", key = "", handler = ""] = path.split("/");
  const rest = {
    parameter: bytes(""),
    headers: [],
    name: "",
    invocationIdCompletionId: ids[0],
    completionId: ids[1],
  };
  return { type: "Call", service, handler, key, ...rest };
}

test("cancel tells what runs, wakes what is suspended, and ends what has not started", () => {
  const engine = new DrivenMachine();
  const [, waiting] = [engine.invoke("Cart/a/add"), engine.invoke("Cart/a/add")];
  const [running, inboxed] = engine.live("Cart/a/add");
  if (running === undefined || inboxed === undefined) throw new Error();
  engine.effects();
  expect(engine.control("cancel", running)).toEqual({ type: "underWay" });
  expect(fed(engine.effects(), running)).toEqual([CANCEL]);
  expect(engine.control("cancel", inboxed)).toEqual({ type: "done" });
  expect(answers(engine.effects())).toEqual({ [waiting]: "409 canceled" });
  // It may not have seen the signal when it decided to suspend, so it is asked once more.
  engine.says(running, suspendedOn(9));
  expect(started(engine.effects())).toHaveLength(1);
  engine.says(running, suspendedOn(9));
  expect(started(engine.effects())).toHaveLength(0);
  engine.control("cancel", running);
  expect(started(engine.effects())).toHaveLength(1);
  expect(engine.control("cancel", inboxed)).toEqual({ type: "notFound" });
});

test("a scheduled one that is cancelled never runs", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy", { delayMs: 100 });
  engine.control("cancel", engine.one("Shop/buy"));
  engine.advance(100);
  expect([started(engine.effects()), [...engine.stored]]).toEqual([[], []]);
});

test("kill ends it and all that it called or sent, and runs no code again", () => {
  const engine = new DrivenMachine();
  const waiter = engine.invoke("Shop/buy");
  const shop = engine.one("Shop/buy");
  const call = callOf("Cart/a/add", [2, 3]);
  if (call.type !== "Call") throw new Error();
  const { completionId, ...send } = callOf("Cart/b/add", [1, 0]) as typeof call;
  engine.says(shop, { ...send, type: "OneWayCall", invokeTimeMs: engine.nowMs + 50 }, call);
  engine.effects();
  expect(engine.control("kill", shop)).toEqual({ type: "done" });
  const effects = engine.effects();
  expect(effects.filter(({ type }) => type === "abortAttempt")).toHaveLength(2);
  expect(answers(effects)).toEqual({ [waiter]: "409 killed" });
  expect([...engine.machine.world.live.keys()]).toEqual([]);
  expect([...engine.machine.world.locks.keys()]).toEqual([]);
  engine.advance(100);
  expect(started(engine.effects())).toEqual([]);
});

test("pause lets the attempt come to rest; resume goes on; a cancel resumes too", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy");
  const shop = engine.one("Shop/buy");
  engine.effects();
  expect(engine.control("pause", shop)).toEqual({ type: "underWay" });
  expect(engine.effects()).toMatchObject([{ type: "endInput" }]);
  engine.says(shop, { type: "Sleep", name: "", completionId: 1, wakeUpTimeMs: engine.nowMs }, suspendedOn(1));
  expect(shop.status).toBe("paused");
  engine.apply({
    type: "timer",
    nowMs: engine.nowMs,
    timer: { type: "sleep", invocationId: shop.id, completionId: 1 },
  });
  expect(shop.status).toBe("paused");
  expect(engine.control("pause", shop)).toEqual({ type: "done" });
  engine.effects();
  expect(engine.control("resume", shop)).toEqual({ type: "done" });
  expect(started(engine.effects())).toMatchObject([{ start: { knownEntries: 3 } }]);
  engine.control("pause", shop);
  engine.says(shop, suspendedOn(2));
  engine.effects();
  engine.control("cancel", shop);
  expect([shop.status, started(engine.effects()).length]).toEqual(["invoked", 1]);
});

test("failures back off, and in the end pause; resuming starts counting again", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy");
  const shop = engine.one("Shop/buy");
  const delays: number[] = [];
  for (const _ of [1, 2, 3]) {
    engine.fails(shop);
    delays.push((shop.nextRetryAtMs ?? 0) - engine.nowMs);
    engine.effects();
    engine.nowMs = shop.nextRetryAtMs ?? 0;
    engine.apply({ type: "timer", nowMs: engine.nowMs, timer: { type: "retry", invocationId: shop.id } });
    expect(started(engine.effects())[0]?.start.retryCountSinceLastStoredEntry).toBe(delays.length);
  }
  expect(delays).toEqual([100, 200, 400]);
  engine.fails(shop, "for good");
  expect([shop.status, shop.lastFailure?.message]).toEqual(["paused", "for good"]);
  engine.control("resume", shop);
  engine.fails(shop);
  expect((shop.nextRetryAtMs ?? 0) - engine.nowMs).toBe(100);
});

test("a policy that kills answers with the last failure", () => {
  const retryPolicy = {
    initialIntervalMs: 1,
    factor: 1,
    maxIntervalMs: 1,
    maxAttempts: 1,
    onMaxAttempts: "kill",
  } as const;
  const engine = new DrivenMachine([serviceOf("Shop", "service", { buy: "service" }, { retryPolicy })]);
  const waiter = engine.invoke("Shop/buy");
  engine.says(engine.one("Shop/buy"), { type: "Error", code: 503, message: "down", stacktrace: "at x" });
  const effects = engine.effects();
  expect(answers(effects)).toEqual({ [waiter]: "503 down" });
  expect(effects.find(({ type }) => type === "answer")).toMatchObject({ stacktrace: "at x" });
});

test("the handler's own delay takes no attempt of the policy", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy");
  const shop = engine.one("Shop/buy");
  for (let count = 0; count < 10; count += 1) {
    engine.says(shop, { type: "Error", code: 500, message: "later", stacktrace: "", nextRetryDelayMs: 7 });
    expect(shop.nextRetryAtMs).toBe(engine.nowMs + 7);
    engine.apply({ type: "timer", nowMs: engine.nowMs, timer: { type: "retry", invocationId: shop.id } });
  }
  expect([shop.status, shop.policyFailures]).toEqual(["invoked", 0]);
});

test.each([
  ["pause", "paused"],
  ["fail", undefined],
] as const)("an error may ask to %s", (behavior, status) => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy");
  const shop = engine.one("Shop/buy");
  engine.says(shop, { type: "Error", code: 570, message: "mismatch", stacktrace: "", behavior });
  expect(engine.live("Shop/buy")[0]?.status).toBe(status);
});

test("purge forgets what has ended, and only that", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy");
  const shop = engine.one("Shop/buy");
  expect(engine.control("purge", shop)).toEqual({ type: "notCompleted" });
  engine.says(shop, ...ended("x"));
  expect(engine.control("kill", shop)).toEqual({ type: "alreadyCompleted" });
  expect(engine.control("purge", shop)).toEqual({ type: "done" });
  expect(engine.control("purge", shop)).toEqual({ type: "notFound" });
  expect([...engine.stored]).toEqual([]);
});

test("an edit of state waits for the lock, and is dropped when the state is another one meanwhile", () => {
  const engine = new DrivenMachine();
  const edit = (value: string, version?: string): void => {
    const state = new Map([["n", bytes(value)]]);
    engine.apply({ type: "editState", nowMs: engine.nowMs, service: "Cart", key: "a", state, version });
  };
  const current = (): string => new TextDecoder().decode(engine.machine.world.stateOf("Cart", "a").get("n"));
  edit("1");
  expect(current()).toBe("1");
  engine.invoke("Cart/a/add");
  edit("2");
  edit("3", "not the version");
  expect(current()).toBe("1");
  engine.restart();
  engine.says(engine.one("Cart/a/add"), ...ended(""));
  expect(current()).toBe("2");
  expect([...engine.stored.keys()].filter((key) => key.startsWith("e/"))).toEqual([]);
});

test("restart as new takes the input of what has ended, and refuses what it cannot do", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy", { body: "tea" });
  const shop = engine.one("Shop/buy");
  const restart = (options: { from?: number; deployment?: string } = {}): unknown => {
    const bytesOf = engine.stored.get(`a/${shop.id}`);
    const archived = bytesOf === undefined ? undefined : decodeArchive(bytesOf);
    const { from = 0, deployment } = options;
    return engine.apply({
      type: "restart",
      nowMs: engine.nowMs,
      invocationId: shop.id,
      from,
      deployment,
      entropy: engine.entropy(),
      archived,
    });
  };
  expect(restart()).toEqual({ type: "stillRunning" });
  engine.says(shop, { type: "Sleep", name: "", completionId: 1, wakeUpTimeMs: engine.nowMs }, ...ended("x"));
  engine.effects();
  expect(restart({ from: 100 })).toEqual({ type: "openCommands" });
  expect(restart({ from: 2 })).toEqual({ type: "openCommands" });
  expect(restart({ deployment: "dp_none" })).toEqual({ type: "unknownDeployment", deploymentId: "dp_none" });
  expect(engine.live("Shop/buy")).toEqual([]);
  expect(restart({ deployment: "latest" })).toMatchObject({ type: "restarted" });
  const [attempt] = started(engine.effects());
  expect(attempt?.entries.map(({ message }) => message)).toMatchObject([
    { type: "Input", value: bytes("tea") },
  ]);
  const stored = engine.stored.get(`a/${shop.id}`);
  if (stored === undefined) throw new Error("not archived");
  engine.apply({
    type: "control",
    nowMs: engine.nowMs,
    action: "purgeJournal",
    invocationId: shop.id,
    deployment: undefined,
    archived: decodeArchive(stored),
  });
  engine.restart();
  expect(restart()).toEqual({ type: "noJournal" });
});

test("restart as new keeps no send whose invocation id is not kept with it", () => {
  const engine = new DrivenMachine();
  engine.invoke("Shop/buy");
  const shop = engine.one("Shop/buy");
  const { completionId, ...call } = callOf("Cart/a/add", [1, 2]) as Extract<Message, { type: "Call" }>;
  engine.says(shop, { ...call, type: "OneWayCall", invokeTimeMs: 0 }, ...ended("sent"));
  const archived = decodeArchive(engine.stored.get(`a/${shop.id}`) ?? new Uint8Array());
  const restart = (from: number): unknown => {
    const { nowMs } = engine;
    const rest = { deployment: undefined, entropy: engine.entropy(), archived };
    return engine.apply({ type: "restart", nowMs, invocationId: shop.id, from, ...rest });
  };
  expect(restart(2)).toEqual({ type: "openCommands" });
  expect(restart(3)).toMatchObject({ type: "restarted" });
});
