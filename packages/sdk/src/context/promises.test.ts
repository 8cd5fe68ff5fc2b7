import { describe, expect, test } from "vitest";
import { TerminalError } from "../errors.ts";
import { all } from "../journal/combinators.ts";
import type { HandlerContext } from "./create-context.ts";
import { shout } from "./testing/shout.ts";
import {
  failed,
  failure,
  returned,
  Transcript,
  type TranscriptOptions,
  thrownBy,
  VOID,
  value,
  WORKFLOW,
} from "./testing/transcript.ts";

const IN_WORKFLOW: TranscriptOptions = { handler: WORKFLOW };
const GET = { type: "GetPromise", name: "", key: "paid", completionId: 1 };

describe("waiting", () => {
  test.each<[string, (ctx: HandlerContext) => Promise<unknown>]>([
    ["await", async (ctx) => await ctx.promise("paid")],
    ["get", (ctx) => ctx.promise("paid").get()],
    ["then", (ctx) => ctx.promise("paid").then((paid) => paid)],
    ["catch", (ctx) => ctx.promise("paid").catch(() => "no")],
    ["finally", (ctx) => ctx.promise("paid").finally(() => {})],
    ["a combinator", async (ctx) => (await all([ctx.promise("paid").get()]))[0]],
    ["a native combinator", async (ctx) => (await Promise.all([ctx.promise("paid")]))[0]],
  ])("by %s", async (_how, wait) => {
    const transcript = new Transcript(IN_WORKFLOW, wait);
    expect(await transcript.next()).toEqual([GET]);
    transcript.complete(1, value(5));
    expect(await transcript.next()).toEqual(returned(5));
    expect(await transcript.replay().next()).toEqual(returned(5));
  });

  test("a rejection arrives as a TerminalError", async () => {
    const transcript = new Transcript(IN_WORKFLOW, (ctx) => ctx.promise("paid").get());
    await transcript.next();
    transcript.complete(1, failure(500, "no money"));
    expect(await transcript.next()).toEqual(failed(500, "no money"));
  });

  test("naming a promise is no step", async () => {
    const transcript = new Transcript(IN_WORKFLOW, async (ctx) => String(ctx.promise("paid")));
    expect(await transcript.next()).toEqual(returned("[object DurablePromise]"));
  });

  test("in a shared handler, too", async () => {
    const transcript = new Transcript({ handler: { ...WORKFLOW, kind: "shared" } }, (ctx) =>
      ctx.promise("paid", shout).get(),
    );
    expect(await transcript.next()).toEqual([GET]);
    transcript.complete(1, { type: "success", value: new TextEncoder().encode("yes") });
    expect(await transcript.next()).toEqual(returned("YES"));
  });
});

test.each([
  ["nothing yet", VOID, undefined],
  ["a value", value(3), 3],
])("peek: %s", async (_what, answer, result) => {
  const transcript = new Transcript(IN_WORKFLOW, (ctx) => ctx.promise("paid").peek());
  expect(await transcript.next()).toEqual([{ ...GET, type: "PeekPromise" }]);
  transcript.complete(1, answer);
  expect(await transcript.next()).toEqual(returned(result));
});

describe("completing", () => {
  test.each<[string, (ctx: HandlerContext) => Promise<unknown>, object]>([
    ["resolve", (ctx) => ctx.promise("paid").resolve(9), { type: "success", value: "9" }],
    ["resolve by a serde", (ctx) => ctx.promise("paid", shout).resolve("a"), { type: "success", value: "A" }],
    ["resolve with nothing", (ctx) => ctx.promise("paid").resolve(), { type: "success", value: "" }],
    [
      "reject",
      (ctx) => ctx.promise("paid").reject("no"),
      { type: "failure", failure: { code: 500, message: "no" } },
    ],
  ])("%s", async (_name, complete, result) => {
    const transcript = new Transcript(IN_WORKFLOW, complete);
    expect(await transcript.next()).toEqual([{ ...GET, type: "CompletePromise", result }]);
    transcript.complete(1, VOID);
    expect(await transcript.next()).toEqual(returned(undefined));
    expect(await transcript.replay().next()).toEqual(returned(undefined));
  });

  test("a second time fails", async () => {
    const transcript = new Transcript(IN_WORKFLOW, (ctx) => ctx.promise("paid").resolve(1));
    await transcript.next();
    transcript.complete(1, failure(409, "promise was already completed"));
    expect(await transcript.next()).toEqual(failed(409, "promise was already completed"));
  });
});

test.each<[string, TranscriptOptions, (ctx: HandlerContext) => unknown, string]>([
  ["outside a workflow", {}, (ctx) => ctx.promise("p"), "ctx.promise belongs to workflows (in cart/add)"],
  [
    "without a name",
    IN_WORKFLOW,
    (ctx) => ctx.promise(undefined as never),
    "The promise's name must be a string, not undefined (in cart/run)",
  ],
  [
    "rejecting without a text",
    IN_WORKFLOW,
    (ctx) => ctx.promise("p").reject(new Error("x") as never),
    "The reason of a promise's rejection must be a string, not an object (in cart/run)",
  ],
])("%s: refused at the call", async (_what, options, use, message) => {
  const error = await thrownBy(options, async (ctx) => {
    await use(ctx);
  });
  expect(error).toBeInstanceOf(TerminalError);
  expect((error as Error).message).toBe(message);
});
