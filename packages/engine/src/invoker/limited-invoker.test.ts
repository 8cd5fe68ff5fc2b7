import { service } from "@perdure/sdk";
import { bindEndpoint, type Message } from "@perdure/sdk/internal";
import { beforeEach, describe, expect, test } from "vitest";
import { createVirtualClock } from "../clock/virtual-clock.ts";
import { createInProcessInvoker } from "./in-process-invoker.ts";
import { type AttemptEvents, INVOKER_CLOSE_GRACE_MS, type Invoker, type RunningAttempt } from "./invoker.ts";
import { createLimitedInvoker } from "./limited-invoker.ts";
import { ScriptedEngine, settle, toAttemptRequest } from "./testing/scripted-engine.ts";

let release: (() => void)[] = [];

const worker = service({
  name: "worker",
  handlers: {
    nap: async (ctx) => ctx.sleep(1000),
    step: async (ctx) => ctx.run("step", () => new Promise<void>((resolve) => release.push(resolve))),
    hang: () => new Promise<void>((resolve) => release.push(resolve)),
  },
});

const clock = createVirtualClock(1_000_000);

function createInvoker(busyAttemptsMax: number): Invoker {
  const endpoint = bindEndpoint({ services: [worker], logger: () => {} });
  return createLimitedInvoker(createInProcessInvoker({ endpoint, clock }), { clock, busyAttemptsMax });
}

function start(invoker: Invoker, handler: "nap" | "step" | "hang"): ScriptedEngine {
  return new ScriptedEngine(invoker, toAttemptRequest({ service: "worker", handler }));
}

async function close(invoker: Invoker): Promise<void> {
  const closed = invoker.close();
  clock.advance(INVOKER_CLOSE_GRACE_MS);
  await closed;
}

const slept: Message = { type: "Completion", kind: "Sleep", completionId: 1, result: { type: "void" } };

beforeEach(() => {
  release = [];
});

describe("createLimitedInvoker", () => {
  test("what works holds its place, also while a side effect runs; what waits does not", async () => {
    const invoker = createInvoker(2);
    const napping = start(invoker, "nap");
    const stepping = start(invoker, "step");
    const hanging = start(invoker, "hang");
    const last = start(invoker, "hang");
    await settle();
    expect([napping, stepping, hanging, last].map(({ starts }) => starts)).toEqual([1, 1, 1, 0]);
    expect(invoker.running).toBe(4);
    release[0]?.();
    stepping.tell((attempt) => attempt.feed({ type: "ProposeRunCompletionAck", completionId: 1 }));
    await settle();
    expect(last.starts).toBe(1);
    await close(invoker);
  });

  test("what comes while an attempt queues reaches it when it begins", async () => {
    const invoker = createInvoker(1);
    const first = start(invoker, "hang");
    const second = start(invoker, "nap").tell((attempt) => attempt.feed(slept));
    const third = start(invoker, "nap").tell((attempt) => attempt.endInput());
    await settle();
    first.tell((attempt) => attempt.abort("killed"));
    await settle();
    expect(second.received.map(({ type }) => type)).toEqual(["Sleep", "Output", "End"]);
    expect(third.received.map(({ type }) => type)).toEqual(["Sleep", "Suspension"]);
    await close(invoker);
  });

  test("what is aborted in the queue never begins, and lets the next one", async () => {
    const invoker = createInvoker(1);
    const first = start(invoker, "hang");
    const second = start(invoker, "hang").tell((attempt) => attempt.abort("killed"));
    const third = start(invoker, "hang");
    await settle();
    release[0]?.();
    await settle();
    expect([first, second, third].map(({ starts }) => starts)).toEqual([1, 0, 1]);
    await close(invoker);
  });

  test("a failed attempt lets the next one", async () => {
    const invoker = createInvoker(1);
    const gone = new ScriptedEngine(invoker, toAttemptRequest({ service: "gone" }));
    const next = start(invoker, "hang");
    await gone.untilFailed();
    await next.untilStarted();
    await close(invoker);
  });

  test("those that queue when it closes never begin", async () => {
    const invoker = createInvoker(1);
    start(invoker, "nap");
    start(invoker, "hang");
    const queued = start(invoker, "hang");
    await close(invoker);
    await settle();
    expect([queued.starts, queued.failure, invoker.running]).toEqual([0, undefined, 0]);
  });
});

/** An attempt elsewhere, that says what the test says. */
function createSpeaker() {
  const all: AttemptEvents[] = [];
  const attempt: RunningAttempt = { feed: () => {}, endInput: () => {}, finish: () => {}, abort: () => {} };
  const inner: Invoker = {
    start: (_request, events) => {
      all.push(events);
      return attempt;
    },
    close: async () => {},
    running: 0,
  };
  return { invoker: createLimitedInvoker(inner, { clock, busyAttemptsMax: 1 }), all };
}

describe("before version 7", () => {
  const call: Message = {
    type: "Call",
    name: "",
    service: "s",
    handler: "h",
    key: "",
    headers: [],
    parameter: new Uint8Array(),
    invocationIdCompletionId: 1,
    completionId: 2,
  };
  const run: Message = { type: "Run", name: "", completionId: 1 };

  test.each([
    ["a command that others complete", [run, call], true],
    ["a run", [call, run], false],
  ])("%s as the last word is taken for waiting: %o", (_, said, waits) => {
    const { invoker, all } = createSpeaker();
    const request = toAttemptRequest({ version: 6 });
    new ScriptedEngine(invoker, request);
    new ScriptedEngine(invoker, request);
    all[0]?.messages(said);
    expect(all.length).toBe(waits ? 2 : 1);
  });
});
