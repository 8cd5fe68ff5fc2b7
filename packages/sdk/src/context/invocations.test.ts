import { describe, expect, test } from "vitest";
import type { InvocationId } from "../definition/promises.ts";
import { TerminalError } from "../errors.ts";
import { encodeInvocationId } from "../protocol/ids.ts";
import type { HandlerContext } from "./create-context.ts";
import { InvocationIdParser } from "./invocations.ts";
import { shout } from "./testing/shout.ts";
import {
  failed,
  failure,
  INVOCATION_ID_BYTES,
  returned,
  Transcript,
  thrownBy,
  VOID,
  value,
} from "./testing/transcript.ts";

const ID = InvocationIdParser.fromString(encodeInvocationId(INVOCATION_ID_BYTES));
const ATTACH = {
  type: "AttachInvocation",
  name: "",
  target: { type: "invocation", invocationId: ID },
  completionId: 1,
};
const SIGNAL = { type: "SendSignal", name: "", targetInvocationId: ID };

describe("attach", () => {
  test.each<[string, (ctx: HandlerContext) => Promise<unknown>, unknown]>([
    ["ctx.invocation(id).attach()", (ctx) => ctx.invocation(ID).attach(), "done"],
    ["with a serde", (ctx) => ctx.invocation(ID).attach(shout), '"DONE"'],
    ["ctx.attach(id)", (ctx) => ctx.attach(ID), "done"],
    ["ctx.attach(id, serde)", (ctx) => ctx.attach(ID, shout), '"DONE"'],
  ])("%s", async (_form, attach, output) => {
    const transcript = new Transcript({}, attach);
    expect(await transcript.next()).toEqual([ATTACH]);
    transcript.complete(1, value("done"));
    expect(await transcript.next()).toEqual(returned(output));
    expect(await transcript.replay().next()).toEqual(returned(output));
  });

  test("an invocation that is not there", async () => {
    const transcript = new Transcript({}, (ctx) => ctx.invocation(ID).attach());
    await transcript.next();
    transcript.complete(1, failure(404, "not found"));
    expect(await transcript.next()).toEqual(failed(404, "not found"));
  });
});

test.each<[string, (ctx: HandlerContext) => void]>([
  ["ctx.invocation(id).cancel()", (ctx) => ctx.invocation(ID).cancel()],
  ["ctx.cancel(id)", (ctx) => ctx.cancel(ID)],
])("%s", async (_form, cancel) => {
  const transcript = new Transcript({}, async (ctx) => cancel(ctx));
  expect(await transcript.next()).toEqual([
    { ...SIGNAL, signal: 1, result: { type: "void" } },
    ...returned(undefined),
  ]);
  expect(await transcript.replay().next()).toEqual(returned(undefined));
});

describe("signals", () => {
  test.each<[string, (ctx: HandlerContext) => void, object]>([
    ["a value", (ctx) => ctx.invocation(ID).signal("go").resolve(1), { type: "success", value: "1" }],
    [
      "by a serde",
      (ctx) => ctx.invocation(ID).signal("go", shout).resolve("a"),
      { type: "success", value: "A" },
    ],
    ["nothing", (ctx) => ctx.invocation(ID).signal("go").resolve(), { type: "success", value: "" }],
    [
      "a text as reason",
      (ctx) => ctx.invocation(ID).signal("go").reject("no"),
      { type: "failure", failure: { code: 500, message: "no" } },
    ],
    [
      "an error",
      (ctx) =>
        ctx
          .invocation(ID)
          .signal("go")
          .reject(new TerminalError("no", { errorCode: 418 })),
      { type: "failure", failure: { code: 418, message: "no" } },
    ],
  ])("send %s", async (_what, send, result) => {
    const transcript = new Transcript({}, async (ctx) => send(ctx));
    expect(await transcript.next()).toEqual([{ ...SIGNAL, signal: "go", result }, ...returned(undefined)]);
    expect(await transcript.replay().next()).toEqual(returned(undefined));
  });

  test("are waited for by name, each time for the next", async () => {
    const transcript = new Transcript({}, async (ctx) => [
      await ctx.signal("go"),
      await ctx.signal("go"),
      await ctx.signal("stop", shout),
    ]);
    expect(await transcript.next()).toEqual([]);
    transcript.signal("stop", value("x")).signal("go", value(1)).signal("go", VOID);
    expect(await transcript.next()).toEqual(returned([1, undefined, '"X"']));
    expect(await transcript.replay().next()).toEqual(returned([1, undefined, '"X"']));
  });

  test("may be rejected", async () => {
    const transcript = new Transcript({}, (ctx) => ctx.signal("go"));
    await transcript.next();
    transcript.signal("go", failure(500, "no"));
    expect(await transcript.next()).toEqual(failed(500, "no"));
  });
});

test.each<[string, (ctx: HandlerContext) => unknown, string]>([
  ["no id", (ctx) => ctx.invocation("order-7" as InvocationId), 'Not an invocation id: "order-7"'],
  ["undefined", (ctx) => ctx.attach(undefined as never), "Not an invocation id: undefined"],
  ["a handle", (ctx) => ctx.cancel({ invocationId: ID } as never), "Not an invocation id: an object"],
  [
    "half an id",
    (ctx) => ctx.cancel(ID.slice(0, -1) as InvocationId),
    `Not an invocation id: "${ID.slice(0, -1)}"`,
  ],
  ["an empty signal name", (ctx) => ctx.signal(""), "The signal's name must be a string that is not empty"],
  [
    "no signal name",
    (ctx) => ctx.invocation(ID).signal(undefined as never),
    "The signal's name must be a string, not undefined",
  ],
  [
    "a reason that is none",
    (ctx) =>
      ctx
        .invocation(ID)
        .signal("go")
        .reject(7 as never),
    "The reason of a signal's rejection must be a string or a TerminalError, not 7",
  ],
])("%s: refused at the call", async (_what, use, message) => {
  const error = await thrownBy({}, async (ctx) => {
    await use(ctx);
  });
  expect(error).toBeInstanceOf(TerminalError);
  expect((error as TerminalError).message).toBe(`${message} (in cart/add)`);
  expect((error as TerminalError).hint).toMatch(/\S/);
});
