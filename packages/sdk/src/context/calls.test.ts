import { describe, expect, test } from "vitest";
import { rpc } from "../definition/rpc.ts";
import type { HandlerContext } from "./create-context.ts";
import { callOf, sendOf } from "./testing/commands.ts";
import { shout } from "./testing/shout.ts";
import { returned, Transcript, thrownBy } from "./testing/transcript.ts";

interface Pricing {
  quote(ctx: unknown, item: string): Promise<number>;
  refresh(ctx: unknown): Promise<void>;
}
interface Order {
  run(ctx: unknown, order: string): Promise<string>;
}

const pricing = { name: "pricing" };

describe("generic calls", () => {
  test("take and give bytes", async () => {
    const transcript = new Transcript({}, async (ctx) => {
      const parameter = new Uint8Array([0x68, 0x69]);
      const result = await ctx.genericCall({ service: "pricing", method: "quote", parameter });
      return [...result];
    });
    expect(await transcript.next()).toEqual([callOf({ parameter: "hi" })]);
    transcript.complete(2, { type: "success", value: new Uint8Array([1, 2]) });
    expect(await transcript.next()).toEqual(returned([1, 2]));
  });

  test("with serdes, key, headers, name and delay", async () => {
    const transcript = new Transcript({}, async (ctx) => {
      const call = { service: "s", method: "m", key: "k", headers: { h: "1" }, name: "n", parameter: "x" };
      ctx.genericCall({ ...call, inputSerde: shout, outputSerde: shout, idempotencyKey: "i" });
      ctx.genericSend({ ...call, inputSerde: shout, delay: 1 });
    });
    const same = {
      service: "s",
      handler: "m",
      key: "k",
      headers: [{ key: "h", value: "1" }],
      name: "n",
      parameter: "X",
    };
    expect(await transcript.next()).toEqual([
      callOf({ ...same, idempotencyKey: "i" }),
      sendOf({ ...same, invocationIdCompletionId: 3, invokeTimeMs: 1_700_000_000_001 }),
      ...returned(undefined),
    ]);
  });
});

describe("scopes", () => {
  test("reach the wire from protocol v7 on", async () => {
    const transcript = new Transcript({ version: 7 }, async (ctx) => {
      const scoped = ctx.scope("tenant-7");
      scoped.serviceClient<Pricing>(pricing).quote("tea", rpc.opts({ limitKey: "a/b" }));
      scoped.workflowSendClient<Order>({ name: "order" }, "o").run("x");
      ctx.genericSend({ service: "s", method: "m", parameter: new Uint8Array(), scope: "t", limitKey: "l" });
    });
    expect(await transcript.next()).toEqual([
      callOf({ scope: "tenant-7", limitKey: "a/b" }),
      sendOf({
        service: "order",
        handler: "run",
        key: "o",
        parameter: '"x"',
        scope: "tenant-7",
        invocationIdCompletionId: 3,
      }),
      sendOf({ service: "s", handler: "m", scope: "t", limitKey: "l", invocationIdCompletionId: 4 }),
      ...returned(undefined),
    ]);
  });

  test.each([
    ["ctx.scope", (ctx: HandlerContext) => ctx.scope("t")],
    [
      "A scope",
      (ctx: HandlerContext) =>
        ctx.genericSend({ service: "s", method: "m", parameter: new Uint8Array(), scope: "t" }),
    ],
  ])("%s needs v7", async (feature, use) => {
    const error = await thrownBy({}, async (ctx) => {
      use(ctx);
    });
    expect(error).toMatchObject({
      code: 573,
      message: `${feature} needs protocol v7; v6 is spoken here (in cart/add)`,
    });
  });
});
