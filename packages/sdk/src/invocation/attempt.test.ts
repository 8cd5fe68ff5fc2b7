import { expect, test } from "vitest";
import { CancelledError, TerminalError } from "../errors.ts";
import { FakeLink, handlerOf, inputOf, START } from "./testing/fake-link.ts";

const text = new TextDecoder();

function outputOf(link: FakeLink): unknown {
  const output = link.sent.find(({ type }) => type === "Output");
  if (output?.type !== "Output") return undefined;
  return output.result.type === "success"
    ? JSON.parse(text.decode(output.result.value))
    : output.result.failure;
}

test("calls the handler once with the input, and ends with its result", async () => {
  let calls = 0;
  const handler = handlerOf(async (ctx, input) => {
    calls += 1;
    const { headers, attemptHeaders, extraArgs, target } = ctx.request();
    return [input, headers.get("a"), attemptHeaders.get("x-attempt"), extraArgs, String(target)];
  });
  const link = new FakeLink(handler).feed(START);
  expect(await link.settled()).toEqual([]);
  link.feed(inputOf('"hi"'));
  expect((await link.settled()).map(({ type }) => type)).toEqual(["Output", "End"]);
  expect(outputOf(link)).toEqual(["hi", "b", "1", ["extra"], "Shop/buy"]);
  expect([calls, link.closes]).toEqual([1, 1]);
});

test("an input that cannot be read is a terminal 400", async () => {
  const link = new FakeLink(handlerOf(async () => "")).feed(START, inputOf("{"));
  await link.settled();
  expect(outputOf(link)).toMatchObject({
    code: 400,
    message: expect.stringMatching(/^Failed to deserialize input: /),
  });
});

test("a result that cannot be written is retried, and says whose it is", async () => {
  const link = new FakeLink(handlerOf(async () => 1n)).feed(START, inputOf(""));
  expect(await link.settled()).toMatchObject([
    {
      type: "Error",
      code: 500,
      message: expect.stringContaining("The result of Shop/buy cannot be serialized"),
    },
  ]);
  expect(link.closes).toBe(1);
});

test.each([
  [
    "a TerminalError",
    new TerminalError("sold out", { errorCode: 410, metadata: { sku: "1" } }),
    { code: 410, message: "sold out", metadata: { sku: "1" } },
  ],
  ["one from another copy of the package", brandedCopy(), { code: 418, message: "copied" }],
  [
    "a cancellation inside an AggregateError",
    new AggregateError([new Error("x"), new CancelledError()]),
    { code: 409, message: "Cancelled" },
  ],
])("%s ends the invocation", async (_name, error, failure) => {
  const link = new FakeLink(handlerOf(() => Promise.reject(error))).feed(START, inputOf(""));
  await link.settled();
  expect(outputOf(link)).toEqual(failure);
});

test("asTerminalError is asked about all others, and what it throws counts instead", async () => {
  const asTerminalError = (error: unknown): TerminalError | undefined => {
    if (error instanceof RangeError) return new TerminalError("out of range", { errorCode: 416 });
    if (error instanceof EvalError) throw new Error("mapper broke");
    return undefined;
  };
  const failing = (error: Error): FakeLink =>
    new FakeLink(handlerOf(() => Promise.reject(error), { asTerminalError })).feed(START, inputOf(""));
  const mapped = failing(new RangeError());
  await mapped.settled();
  expect(outputOf(mapped)).toEqual({ code: 416, message: "out of range" });
  expect(await failing(new Error("other")).settled()).toMatchObject([{ type: "Error", message: "other" }]);
  expect(await failing(new EvalError()).settled()).toMatchObject([
    { type: "Error", message: "mapper broke" },
  ]);
});

test("a thrown value that is no error is retried and shown", async () => {
  const link = new FakeLink(handlerOf(() => Promise.reject({ odd: true }))).feed(START, inputOf(""));
  expect(await link.settled()).toMatchObject([{ type: "Error", message: 'Non-Error value: {"odd":true}' }]);
  expect(link.logged.flat().join(" ")).toContain("will be retried");
});

test("the attempt's signal aborts when the attempt ends, however it ends", async () => {
  const signals: AbortSignal[] = [];
  const handler = handlerOf(async (ctx) => {
    signals.push(ctx.request().attemptCompletedSignal);
    await ctx.sleep(10);
  });
  const suspended = new FakeLink(handler).feed(START, inputOf(""));
  await suspended.settled();
  expect(signals[0]?.aborted).toBe(false);
  suspended.endInput();
  await suspended.settled();
  const reset = new FakeLink(handler).feed(START, inputOf(""));
  await reset.settled();
  reset.abort();
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  expect([suspended.closes, reset.closes]).toEqual([1, 1]);
});

test("after a reset nothing is sent, whatever the handler still does", async () => {
  let goOn: () => void = () => {};
  const handler = handlerOf(async (ctx) => {
    await new Promise<void>((resolve) => {
      goOn = resolve;
    });
    await ctx.run(() => "side effect");
    return "unheard";
  });
  const link = new FakeLink(handler).feed(START, inputOf(""));
  await link.settled();
  link.abort();
  goOn();
  expect(await link.settled()).toEqual([]);
});

test.each([
  ["a command before Start", [inputOf("")], 571, "Input before Start"],
  ["a second Start", [START, inputOf(""), START], 571, "Start a second time"],
  ["no entries", [{ ...START, knownEntries: 0 }], 500, "no journal entries"],
  [
    "a journal without input",
    [START, { type: "Sleep", name: "", completionId: 1, wakeUpTimeMs: 1 } as const],
    571,
    "does not begin with an Input",
  ],
  ["a command after the journal", [START, inputOf(""), inputOf("")], 571, "Input after the recorded journal"],
  [
    "a control message among the entries",
    [START, { type: "End" } as const],
    571,
    "End among the journal entries",
  ],
  [
    "a confirmation of nothing",
    [START, inputOf(""), { type: "ProposeRunCompletionAck", completionId: 9 } as const],
    571,
    "run 9, which was not proposed",
  ],
])("%s is a violation of the protocol", async (_name, messages, code, words) => {
  const handler = handlerOf(async (ctx) => ctx.sleep(10));
  const link = new FakeLink(handler).feed(...messages);
  const errors = (await link.settled()).filter(({ type }) => type === "Error");
  expect(errors).toMatchObject([{ code, message: expect.stringContaining(words) }]);
  expect(link.closes).toBe(1);
});

test("a request that ends too early", async () => {
  const nothing = new FakeLink(handlerOf(async () => "")).endInput();
  expect(await nothing.settled()).toMatchObject([
    { code: 571, message: expect.stringContaining("before a Start") },
  ]);
  const half = new FakeLink(handlerOf(async () => ""))
    .feed({ ...START, knownEntries: 3 }, inputOf(""))
    .endInput();
  expect(await half.settled()).toMatchObject([
    { code: 571, message: expect.stringContaining("2 journal entries missing") },
  ]);
});

test("a journal of as many entries as allowed is accepted, one more is not", async () => {
  const handler = handlerOf(async () => "ok");
  const most = new FakeLink(handler, { journalEntriesMax: 1 }).feed(START, inputOf(""));
  expect((await most.settled()).map(({ type }) => type)).toEqual(["Output", "End"]);
  const more = new FakeLink(handler, { journalEntriesMax: 1 }).feed({ ...START, knownEntries: 2 });
  expect(await more.settled()).toMatchObject([
    { type: "Error", message: expect.stringContaining("more than the 1 allowed") },
  ]);
});

test("hooks go around the handler, outermost first; a suspension rejects next()", async () => {
  const trace: string[] = [];
  const hook = (name: string) => () => ({
    interceptor: {
      handler: async (next: () => Promise<void>) => {
        trace.push(`>${name}`);
        try {
          await next();
        } catch (error) {
          trace.push(`${name}!${(error as { code?: number }).code}`);
          throw error;
        } finally {
          trace.push(`<${name}`);
        }
      },
    },
  });
  const handler = handlerOf(async (ctx) => ctx.sleep(10), { hooks: [hook("a"), hook("b")] });
  const link = new FakeLink(handler).feed(START, inputOf("")).endInput();
  expect((await link.settled()).map(({ type }) => type)).toEqual(["Sleep", "Suspension"]);
  expect(trace).toEqual([">a", ">b", "b!599", "<b", "a!599", "<a"]);
});

test("an interceptor that keeps the handler's error to itself leaves nothing to record", async () => {
  const swallow = () => ({
    interceptor: { handler: async (next: () => Promise<void>) => next().catch(() => {}) },
  });
  const handler = handlerOf(() => Promise.reject(new TerminalError("no")), { hooks: [swallow] });
  const link = new FakeLink(handler).feed(START, inputOf(""));
  expect(await link.settled()).toMatchObject([
    { type: "Error", message: expect.stringContaining("did not call next()") },
  ]);
});

test("a failing run is seen in the log of the endpoint, with its error", async () => {
  const handler = handlerOf(async (ctx) => ctx.run("big", () => ({ a: 1n })));
  const link = new FakeLink(handler).feed(START, inputOf(""));
  await link.settled();
  expect(link.logged.flat().map(String).join(" ")).toMatch(/will be retried.*"big" cannot be serialized/);
});

test("a log that throws decides nothing", async () => {
  const link = new FakeLink(
    handlerOf(() => Promise.reject(new Error("broken"))),
    {
      logger: () => {
        throw new Error("disk full");
      },
    },
  );
  link.feed(START, inputOf(""));
  expect(await link.settled()).toMatchObject([{ type: "Error", message: "broken" }]);
});

test("advice about a handler is given once, not in every attempt", async () => {
  let goOn: () => void = () => {};
  const handler = handlerOf(async (ctx) => {
    const outside = new Promise<void>((resolve) => {
      goOn = resolve;
    }).then(() => ctx.sleep(10));
    await Promise.all([ctx.sleep(10), outside]);
  });
  const advice: number[] = [];
  for (const _ of [1, 2]) {
    const link = new FakeLink(handler).feed(START, inputOf(""));
    await link.settled();
    goOn();
    await link.settled();
    advice.push(link.logged.length);
    link.abort();
  }
  expect(advice).toEqual([1, 0]);
});

/** What a second installed copy of this package would throw. */
function brandedCopy(): Error {
  const error = Object.assign(new Error("copied"), { code: 418, metadata: {} });
  Object.defineProperty(error, Symbol.for("perdure.error"), { value: "terminal" });
  return error;
}
