import { describe, expect, test } from "vitest";
import { TerminalError } from "../errors.ts";
import { encodeAwakeableId } from "../protocol/ids.ts";
import type { HandlerContext } from "./create-context.ts";
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

const ID = encodeAwakeableId(INVOCATION_ID_BYTES, 17);
const NEXT_ID = encodeAwakeableId(INVOCATION_ID_BYTES, 18);
const COMPLETE = { type: "CompleteAwakeable", name: "", awakeableId: ID };

describe("waiting", () => {
  test("making one is no step, and each has an id of its own", async () => {
    const transcript = new Transcript({}, async (ctx) => [ctx.awakeable().id, ctx.awakeable().id]);
    expect(await transcript.next()).toEqual(returned([ID, NEXT_ID]));
  });

  test.each([
    ["a value", value({ ok: true }), returned({ ok: true })],
    ["nothing", VOID, returned(undefined)],
    ["a rejection", failure(500, "no"), failed(500, "no")],
  ])("for %s", async (_what, answer, end) => {
    const transcript = new Transcript({}, (ctx) => ctx.awakeable().promise);
    expect(await transcript.next()).toEqual([]);
    transcript.signal(17, answer);
    expect(await transcript.next()).toEqual(end);
    expect(await transcript.replay().next()).toEqual(end);
  });

  test("with a serde", async () => {
    const transcript = new Transcript({}, (ctx) => ctx.awakeable(shout).promise);
    await transcript.next();
    transcript.signal(17, value("a"));
    expect(await transcript.next()).toEqual(returned('"A"'));
  });
});

test.each<[string, (ctx: HandlerContext) => void, object]>([
  ["resolve", (ctx) => ctx.resolveAwakeable(ID, { ok: 1 }), { type: "success", value: '{"ok":1}' }],
  ["resolve with nothing", (ctx) => ctx.resolveAwakeable(ID), { type: "success", value: "null" }],
  ["resolve by a serde", (ctx) => ctx.resolveAwakeable(ID, "a", shout), { type: "success", value: "A" }],
  [
    "resolve with nothing by a serde",
    (ctx) => ctx.resolveAwakeable(ID, undefined, shout),
    { type: "success", value: "" },
  ],
  [
    "reject with a text",
    (ctx) => ctx.rejectAwakeable(ID, "no"),
    { type: "failure", failure: { code: 500, message: "no" } },
  ],
  [
    "reject with an error",
    (ctx) => ctx.rejectAwakeable(ID, new TerminalError("no", { errorCode: 404, metadata: { a: "b" } })),
    { type: "failure", failure: { code: 404, message: "no", metadata: { a: "b" } } },
  ],
])("%s", async (_name, complete, result) => {
  const transcript = new Transcript({}, async (ctx) => complete(ctx));
  expect(await transcript.next()).toEqual([{ ...COMPLETE, result }, ...returned(undefined)]);
  expect(await transcript.replay().next()).toEqual(returned(undefined));
});

test("a payload that cannot be serialized fails the attempt", async () => {
  const transcript = new Transcript({}, async (ctx) => ctx.resolveAwakeable(ID, 10n));
  expect(await transcript.next()).toMatchObject([{ type: "Error", code: 500 }]);
});

test.each<[string, (ctx: HandlerContext) => void, string]>([
  ["no id", (ctx) => ctx.resolveAwakeable("sign_1x", 1), 'Not an awakeable id: "sign_1x"'],
  ["an empty id", (ctx) => ctx.rejectAwakeable("", "no"), 'Not an awakeable id: ""'],
  ["undefined", (ctx) => ctx.resolveAwakeable(undefined as never), "Not an awakeable id: undefined"],
  [
    "the awakeable itself",
    (ctx) => ctx.resolveAwakeable({ id: ID } as never),
    "Not an awakeable id: an object",
  ],
  [
    "a reason that is no TerminalError",
    (ctx) => ctx.rejectAwakeable(ID, new Error("x") as never),
    "The reason of an awakeable's rejection must be a string or a TerminalError, not an object",
  ],
])("%s: refused at the call", async (_what, use, message) => {
  const error = await thrownBy({}, async (ctx) => use(ctx));
  expect(error).toBeInstanceOf(TerminalError);
  expect((error as Error).message).toBe(`${message} (in cart/add)`);
});

test("metadata needs protocol v6", async () => {
  const reason = new TerminalError("no", { metadata: { a: "b" } });
  const error = await thrownBy({ version: 5 }, async (ctx) => ctx.rejectAwakeable(ID, reason));
  expect(error).toMatchObject({ code: 573 });
  const plain = new Transcript({ version: 5 }, async (ctx) =>
    ctx.rejectAwakeable(ID, new TerminalError("no")),
  );
  expect(await plain.next()).toMatchObject([COMPLETE, { type: "Output" }, { type: "End" }]);
});
