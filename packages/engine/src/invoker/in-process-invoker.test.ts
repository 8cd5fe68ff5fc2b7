import { object, service, TerminalError } from "@perdure/sdk";
import { bindEndpoint, type Message } from "@perdure/sdk/internal";
import { afterEach, describe, expect, test } from "vitest";
import { createVirtualClock } from "../clock/virtual-clock.ts";
import { createInProcessInvoker, type InProcessInvokerOptions } from "./in-process-invoker.ts";
import {
  type AttemptSetup,
  ScriptedEngine,
  settle,
  text,
  toAttemptRequest,
} from "./testing/scripted-engine.ts";

let release: () => void = () => {};
const aborted: string[] = [];

const greeter = service({
  name: "greeter",
  handlers: {
    greet: async (ctx, name: string) => `Hello ${name}, ${ctx.request().attemptHeaders.get("traceparent")}`,
    nap: async (ctx) => {
      await ctx.sleep(1000);
      return "rested";
    },
    step: async (ctx) => ctx.run("roll", () => 6),
    several: async (ctx) => {
      const a = ctx.sleep(10);
      const b = ctx.sleep(20);
      await a;
      await b;
      return "both";
    },
    fail: async () => {
      throw new TerminalError("no", { errorCode: 418 });
    },
    hang: async (ctx) => {
      const signal = ctx.request().attemptCompletedSignal;
      signal.addEventListener("abort", () => aborted.push("hang"));
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return "let go";
    },
  },
});

const counter = object({
  name: "counter",
  handlers: { key: async (ctx) => ctx.request().attemptHeaders.get("x-restate-service-key") },
});

const clock = createVirtualClock(1_000_000);

function createInvoker(options: Partial<InProcessInvokerOptions> = {}) {
  return createInProcessInvoker({
    endpoint: bindEndpoint({ services: [greeter, counter], logger: () => {} }),
    clock,
    ...options,
  });
}

function run(setup: AttemptSetup, options: Partial<InProcessInvokerOptions> = {}) {
  const invoker = createInvoker(options);
  return { invoker, engine: new ScriptedEngine(invoker, toAttemptRequest(setup)) };
}

const completion = (completionId: number, kind: "Sleep" | "Run" = "Sleep"): Message => ({
  type: "Completion",
  kind,
  completionId,
  result: { type: "void" },
});

afterEach(() => {
  aborted.length = 0;
});

describe("a transcript in process", () => {
  test("input, output, end, in one batch", async () => {
    const { invoker, engine } = run({
      input: "Ada",
      headers: [{ key: "Traceparent", value: "00-ab" }],
    });
    expect(invoker.running).toBe(1);
    expect(await engine.next()).toMatchObject({ type: "Output", result: { type: "success" } });
    expect(await engine.next()).toEqual({ type: "End" });
    expect(engine.starts).toBe(1);
    expect(engine.batches).toHaveLength(1);
    const [output] = engine.received;
    expect(output?.type === "Output" && output.result.type === "success" && text(output.result.value)).toBe(
      '"Hello Ada, 00-ab"',
    );
    engine.tell((attempt) => attempt.finish());
    expect(invoker.running).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test("a terminal failure is an output", async () => {
    const { engine } = run({ handler: "fail" });
    expect(await engine.next()).toMatchObject({
      type: "Output",
      result: { type: "failure", failure: { code: 418, message: "no" } },
    });
  });

  test("a sleep that is completed live", async () => {
    const { engine } = run({ handler: "nap" });
    expect(await engine.next()).toMatchObject({ type: "Sleep", completionId: 1, wakeUpTimeMs: 1_001_000 });
    engine.tell((attempt) => attempt.feed(completion(1)));
    expect(await engine.next()).toMatchObject({ type: "Output" });
    expect(await engine.next()).toEqual({ type: "End" });
  });

  test("a run's result is proposed and acknowledged", async () => {
    const { engine } = run({ handler: "step" });
    expect(await engine.next()).toMatchObject({ type: "Run", name: "roll", completionId: 1 });
    expect(await engine.next()).toMatchObject({ type: "ProposeRunCompletion", completionId: 1 });
    engine.tell((attempt) => attempt.feed({ type: "ProposeRunCompletionAck", completionId: 1 }));
    expect(await engine.next()).toMatchObject({ type: "Output" });
  });

  test("a recorded journal is replayed, and only as much of it as Start announces", async () => {
    const sleep: Message = { type: "Sleep", completionId: 1, wakeUpTimeMs: 1, name: "" };
    const request = toAttemptRequest({ handler: "nap", journal: [sleep, completion(1)] });
    const grown = { ...request, entries: [...request.entries, completion(99)] };
    const engine = new ScriptedEngine(createInvoker(), grown);
    expect(await engine.next()).toMatchObject({ type: "Output" });
    expect(await engine.next()).toEqual({ type: "End" });
  });

  test("what was fed before the handler was there is not lost", async () => {
    const sleep: Message = { type: "Sleep", completionId: 1, wakeUpTimeMs: 1, name: "" };
    const { engine } = run({ handler: "nap", journal: [sleep] });
    engine.tell((attempt) => attempt.feed(completion(1)));
    expect(await engine.next()).toMatchObject({ type: "Output" });
  });

  test("a key is told percent-encoded, half a surrogate pair as U+FFFD", async () => {
    const { engine } = run({ service: "counter", handler: "key", key: "a/b\ud800" });
    const output = await engine.next();
    expect(output.type === "Output" && output.result.type === "success" && text(output.result.value)).toBe(
      '"a%2Fb%EF%BF%BD"',
    );
  });
});

describe("the end of the input", () => {
  test("makes a waiting handler suspend, and what is fed afterwards is dropped", async () => {
    const { engine } = run({ handler: "nap" });
    await engine.untilWaiting();
    engine.tell((attempt) => attempt.endInput()).tell((attempt) => attempt.feed(completion(1)));
    await settle();
    expect(engine.received.at(-1)).toMatchObject({
      type: "Suspension",
      awaitingOn: { completions: [1], signals: [1] },
    });
  });

  test("comes at once with an inactivity timeout of 0", async () => {
    const { engine } = run({ handler: "nap", options: { inactivityTimeoutMs: 0 } });
    expect(await engine.next()).toMatchObject({ type: "Sleep" });
    expect(await engine.next()).toMatchObject({ type: "Suspension" });
  });

  test("comes after the inactivity timeout, counted from the last message", async () => {
    const { engine } = run({ handler: "several", options: { inactivityTimeoutMs: 1000 } });
    await engine.untilWaiting();
    clock.advance(999);
    engine.tell((attempt) => attempt.feed(completion(1)));
    await settle();
    clock.advance(999);
    await settle();
    expect(engine.received.at(-1)).toMatchObject({ type: "AwaitingOn", awaitingOn: { completions: [2] } });
    clock.advance(1);
    await settle();
    expect(engine.received.at(-1)).toMatchObject({ type: "Suspension", awaitingOn: { completions: [2] } });
    expect(clock.pending).toBe(0);
  });
});

describe("breaking off", () => {
  test("the abort timeout follows the inactivity timeout and fails the attempt", async () => {
    const { engine, invoker } = run({
      handler: "hang",
      options: { inactivityTimeoutMs: 1000, abortTimeoutMs: 500 },
    });
    await settle();
    clock.advance(1499);
    await settle();
    expect(engine.failure).toBeUndefined();
    clock.advance(1);
    expect(engine.failure).toMatchObject({
      failure: { restateCode: "RT0001" },
      options: { countsForHandler: true },
    });
    expect(aborted).toEqual(["hang"]);
    expect(invoker.running).toBe(0);
    release();
    await settle();
    expect(engine.received).toEqual([]);
  });

  test("after abort nothing comes, whatever the handler does", async () => {
    const { engine, invoker } = run({ handler: "hang" });
    await settle();
    engine.tell((attempt) => attempt.abort("killed"));
    release();
    await settle();
    expect(aborted).toEqual(["hang"]);
    expect([engine.received, engine.failure, invoker.running, clock.pending]).toEqual([[], undefined, 0, 0]);
  });

  test("an attempt that is aborted before it began is never begun", async () => {
    const { engine } = run({ handler: "greet" });
    engine.tell((attempt) => attempt.abort("killed"));
    await settle();
    expect([engine.starts, engine.received]).toEqual([0, []]);
  });

  test.each([{ service: "gone" }, { handler: "gone" }])(
    "a handler that is not served fails: %j",
    async (setup) => {
      const { engine } = run(setup);
      expect(await engine.untilFailed()).toMatchObject({
        failure: { restateCode: "RT0011", message: expect.stringContaining("gone") },
        options: { countsForHandler: false },
      });
    },
  );
});

describe("the limit of waiting attempts", () => {
  test("at the limit all are held; one past it, the one that has waited longest suspends", async () => {
    const invoker = createInvoker({ idleAttemptsMax: 3 });
    const start = () => new ScriptedEngine(invoker, toAttemptRequest({ handler: "several" }));
    const engines = [start(), start(), start()];
    for (const engine of engines) await engine.untilWaiting();
    await settle();
    const lasts = () => engines.map(({ received }) => received.at(-1)?.type);
    expect(lasts()).toEqual(["AwaitingOn", "AwaitingOn", "AwaitingOn"]);
    engines[0]?.tell((attempt) => attempt.feed(completion(1)));
    await settle();
    engines.push(start());
    await settle();
    expect(lasts()).toEqual(["AwaitingOn", "Suspension", "AwaitingOn", "AwaitingOn"]);
    for (const engine of engines) engine.tell((attempt) => attempt.abort("done"));
  });
});

describe("close", () => {
  test("lets attempts suspend and breaks off those that do not", async () => {
    const invoker = createInvoker({ closeGraceMs: 100 });
    const napping = new ScriptedEngine(invoker, toAttemptRequest({ handler: "nap" }));
    const hanging = new ScriptedEngine(invoker, toAttemptRequest({ handler: "hang" }));
    await napping.untilWaiting();
    const closed = invoker.close();
    await settle();
    expect(napping.received.at(-1)).toMatchObject({ type: "Suspension" });
    napping.tell((attempt) => attempt.finish());
    expect(invoker.running).toBe(1);
    clock.advance(100);
    await closed;
    expect([invoker.running, hanging.failure]).toEqual([0, undefined]);
    expect(() => invoker.start(toAttemptRequest({}), napping)).toThrow(/closed/);
  });
});
