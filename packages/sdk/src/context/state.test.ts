import { describe, expect, test } from "vitest";
import { TerminalError } from "../errors.ts";
import { jsonSerde } from "../serde/json.ts";
import type { HandlerContext } from "./create-context.ts";
import { shout } from "./testing/shout.ts";
import {
  returned,
  SERVICE,
  SHARED,
  Transcript,
  thrownBy,
  VOID,
  value,
  WORKFLOW,
} from "./testing/transcript.ts";

function known(state: Record<string, unknown>): object {
  const encoder = new TextEncoder();
  return {
    partialState: false,
    stateMap: Object.entries(state).map(([key, json]) => ({
      key: encoder.encode(key),
      value: jsonSerde.serialize(json),
    })),
  };
}

describe("reads", () => {
  test("of what is known are answered at once", async () => {
    const transcript = new Transcript({ start: known({ count: 7 }) }, async (ctx) => [
      await ctx.get("count"),
      await ctx.get("none"),
    ]);
    expect(await transcript.next()).toEqual([
      { type: "GetEagerState", name: "", key: "count", value: "7" },
      { type: "GetEagerState", name: "", key: "none" },
      ...returned([7, null]),
    ]);
    expect(await transcript.replay().next()).toEqual(returned([7, null]));
  });

  test.each([
    ["a value", value(7), 7],
    ["nothing", VOID, null],
    ["an undefined value", { type: "success", value: new Uint8Array() } as const, undefined],
  ])("of what is not known ask the engine: %s", async (_what, answer, result) => {
    const transcript = new Transcript({}, (ctx) => ctx.get("count"));
    expect(await transcript.next()).toEqual([
      { type: "GetLazyState", name: "", key: "count", completionId: 1 },
    ]);
    transcript.complete(1, answer);
    expect(await transcript.next()).toEqual(returned(result));
    expect(await transcript.replay().next()).toEqual(returned(result));
  });

  test("see the writes of this invocation", async () => {
    const transcript = new Transcript({}, async (ctx) => {
      ctx.set("count", 1);
      const set = await ctx.get("count");
      ctx.clear("count");
      return [set, await ctx.get("count")];
    });
    expect((await transcript.next()).slice(-2)).toEqual(returned([1, null]));
  });

  test("take a serde", async () => {
    const transcript = new Transcript({ start: known({ text: "a" }) }, (ctx) => ctx.get("text", shout));
    expect((await transcript.next()).slice(-2)).toEqual(returned('"A"'));
  });

  test("keys come sorted when all are known", async () => {
    const transcript = new Transcript({ start: known({ b: 1, a: 2 }) }, (ctx) => ctx.stateKeys());
    expect(await transcript.next()).toEqual([
      { type: "GetEagerStateKeys", name: "", keys: ["a", "b"] },
      ...returned(["a", "b"]),
    ]);
  });

  test("keys come from the engine when not all are known", async () => {
    const transcript = new Transcript({}, (ctx) => ctx.stateKeys());
    expect(await transcript.next()).toEqual([{ type: "GetLazyStateKeys", name: "", completionId: 1 }]);
    transcript.complete(1, { type: "stateKeys", keys: ["x"] });
    expect(await transcript.next()).toEqual(returned(["x"]));
  });

  test.each([SHARED, WORKFLOW, { ...WORKFLOW, ...SHARED }])("are for %j, too", async (handler) => {
    const transcript = new Transcript({ handler, start: known({}) }, (ctx) => ctx.get("a"));
    expect((await transcript.next()).slice(-2)).toEqual(returned(null));
  });
});

describe("writes", () => {
  test("are journaled in order", async () => {
    const transcript = new Transcript({}, async (ctx) => {
      ctx.set("a", { x: 1 });
      ctx.set("b", undefined);
      ctx.set("c", "c", shout);
      ctx.clear("a");
      ctx.clearAll();
    });
    expect(await transcript.next()).toEqual([
      { type: "SetState", name: "", key: "a", value: '{"x":1}' },
      { type: "SetState", name: "", key: "b", value: "" },
      { type: "SetState", name: "", key: "c", value: "C" },
      { type: "ClearState", name: "", key: "a" },
      { type: "ClearAllState", name: "" },
      ...returned(undefined),
    ]);
    expect(await transcript.replay().next()).toEqual(returned(undefined));
  });

  test("a value that cannot be serialized fails the attempt", async () => {
    const transcript = new Transcript({}, async (ctx) => {
      ctx.set("a", 10n);
      await ctx.get("a");
    });
    const sent = await transcript.next();
    expect(sent).toMatchObject([{ type: "Error", code: 500 }]);
  });

  test("a workflow's run may write", async () => {
    const transcript = new Transcript({ handler: WORKFLOW }, async (ctx) => ctx.set("a", 1));
    expect(await transcript.next()).toMatchObject([
      { type: "SetState" },
      { type: "Output" },
      { type: "End" },
    ]);
  });
});

const READS: [string, (ctx: HandlerContext) => unknown][] = [
  ["get", (ctx) => ctx.get("a")],
  ["stateKeys", (ctx) => ctx.stateKeys()],
];
const WRITES: [string, (ctx: HandlerContext) => unknown][] = [
  ["set", (ctx) => ctx.set("a", 1)],
  ["clear", (ctx) => ctx.clear("a")],
  ["clearAll", (ctx) => ctx.clearAll()],
];

describe("refused at the call", () => {
  test.each([...READS, ...WRITES])("%s in a service", async (_name, use) => {
    expect(await refused(SERVICE, use)).toBe("A service has no state (in cart/add)");
  });

  test.each(WRITES)("%s in a shared handler", async (_name, use) => {
    expect(await refused(SHARED, use)).toBe("A shared handler cannot change the state (in cart/add)");
    expect(await refused({ ...WORKFLOW, ...SHARED }, use)).toBe(
      "A shared handler cannot change the state (in cart/run)",
    );
  });

  test.each<[string, (ctx: HandlerContext) => unknown]>([
    ["get", (ctx) => ctx.get(1 as never)],
    ["set", (ctx) => ctx.set(undefined as never, 1)],
    ["clear", (ctx) => ctx.clear({} as never)],
  ])("%s without a key", async (_name, use) => {
    expect(await refused({}, use)).toMatch(/^The state key must be a string, not .* \(in cart\/add\)$/);
  });
});

async function refused(handler: object, use: (ctx: HandlerContext) => unknown): Promise<string> {
  const error = await thrownBy({ handler }, async (ctx) => {
    await use(ctx);
  });
  expect(error).toBeInstanceOf(TerminalError);
  expect((error as TerminalError).hint).toMatch(/\S/);
  return (error as TerminalError).message;
}
