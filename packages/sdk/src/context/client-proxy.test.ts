import { describe, expect, test } from "vitest";
import type { HandlerDescriptor } from "../definition/descriptor.ts";
import { rpc } from "../definition/rpc.ts";
import { TerminalError } from "../errors.ts";
import { callOf, sendOf } from "./testing/commands.ts";
import {
  failed,
  failure,
  invocationId,
  returned,
  Transcript,
  thrownBy,
  value,
} from "./testing/transcript.ts";

interface Pricing {
  quote(ctx: unknown, item: string): Promise<number>;
  refresh(ctx: unknown): Promise<void>;
}
interface Counter {
  add(ctx: unknown, by: number): Promise<number>;
}

const pricing = { name: "pricing" };
const OTHER_ID = "inv_1gF2nuFFrKGG2xLEr1q1zYlG0Z3ToRyPyb";

describe("calls", () => {
  test("a call is sent at once and answered by its completion", async () => {
    const transcript = new Transcript({}, (ctx) => ctx.serviceClient<Pricing>(pricing).quote("tea"));
    expect(await transcript.next()).toEqual([callOf({})]);
    transcript.complete(1, invocationId(OTHER_ID)).complete(2, value(42));
    expect(await transcript.next()).toEqual(returned(42));
    expect(await transcript.replay().next()).toEqual(returned(42));
  });

  test("a failure of the callee arrives as a TerminalError", async () => {
    const transcript = new Transcript({}, (ctx) => ctx.serviceClient<Pricing>(pricing).quote("tea"));
    await transcript.next();
    transcript.complete(2, failure(402, "no tea"));
    expect(await transcript.next()).toEqual(failed(402, "no tea"));
    expect(await transcript.replay().next()).toEqual(failed(402, "no tea"));
  });

  test("the id of the invocation behind a call can be awaited by itself", async () => {
    const transcript = new Transcript({}, async (ctx) => {
      const call = ctx.objectClient<Counter>({ name: "counter" }, "k").add(1);
      return call.invocationId;
    });
    expect(await transcript.next()).toEqual([
      callOf({ service: "counter", handler: "add", key: "k", parameter: "1" }),
    ]);
    transcript.complete(1, invocationId(OTHER_ID));
    expect(await transcript.next()).toEqual(returned(OTHER_ID));
  });

  test("input and options are told apart", async () => {
    const options = rpc.opts({ idempotencyKey: "i", headers: { b: "1", a: "2" }, name: "n" });
    const transcript = new Transcript({}, async (ctx) => {
      const client = ctx.serviceClient<Pricing>(pricing);
      client.refresh();
      client.refresh(options);
      client.quote("tea", options);
    });
    const extra = {
      idempotencyKey: "i",
      headers: [
        { key: "b", value: "1" },
        { key: "a", value: "2" },
      ],
      name: "n",
    };
    expect(await transcript.next()).toEqual([
      callOf({ handler: "refresh", parameter: "" }),
      callOf({ handler: "refresh", parameter: "", ...extra, invocationIdCompletionId: 3, completionId: 4 }),
      callOf({ ...extra, invocationIdCompletionId: 5, completionId: 6 }),
      ...returned(undefined),
    ]);
  });

  test.each([
    ["two inputs", ["a", "b"], 'the second argument must be made by rpc.opts or rpc.sendOpts, not "b"'],
    ["plain options", ["a", { headers: {} }], "the second argument must be made by rpc.opts"],
    ["three arguments", ["a", undefined, undefined], "takes an input and options, not 3 arguments"],
    ["a delay", ["a", rpc.sendOpts({ delay: 5 })], "a call has no delay"],
  ])("%s: TypeError", async (_name, args, message) => {
    const error = await thrownBy({}, async (ctx) => {
      const client = ctx.serviceClient(pricing) as { quote(...args: unknown[]): unknown };
      client.quote(...args);
    });
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain(`pricing.quote`);
    expect((error as Error).message).toContain(message);
  });

  test("a client is no promise", async () => {
    const transcript = new Transcript({}, async (ctx) => {
      const client = await (async () => ctx.serviceClient<Pricing>(pricing))();
      return [
        typeof client.quote,
        typeof Reflect.get(client, "then"),
        typeof Reflect.get(client, Symbol.iterator),
      ];
    });
    expect(await transcript.next()).toEqual(returned(["function", "undefined", "undefined"]));
  });
});

describe("sends", () => {
  test("a send is not waited for", async () => {
    const transcript = new Transcript({}, async (ctx) => {
      const handle = ctx.serviceSendClient<Pricing>(pricing).refresh();
      return typeof handle.invocationId.then;
    });
    expect(await transcript.next()).toEqual([sendOf({}), ...returned("function")]);
    expect(await transcript.replay().next()).toEqual(returned("function"));
  });

  test("its invocation id can be awaited", async () => {
    const transcript = new Transcript(
      {},
      (ctx) => ctx.serviceSendClient<Pricing>(pricing).refresh().invocationId,
    );
    expect(await transcript.next()).toEqual([sendOf({})]);
    transcript.complete(1, invocationId(OTHER_ID));
    expect(await transcript.next()).toEqual(returned(OTHER_ID));
  });

  test.each([
    [0, 0],
    [1000, 1_700_000_001_000],
    [0.5, 1_700_000_000_001],
    [{ minutes: 1 }, 1_700_000_060_000],
  ])("a delay of %j", async (delay, invokeTimeMs) => {
    const transcript = new Transcript({}, async (ctx) => {
      ctx.objectSendClient<Counter>({ name: "counter" }, "k").add(1, rpc.sendOpts({ delay }));
    });
    expect(await transcript.next()).toEqual([
      sendOf({ service: "counter", handler: "add", key: "k", parameter: "1", invokeTimeMs }),
      ...returned(undefined),
    ]);
  });

  test.each([-1, Number.NaN])("a delay of %d is refused", async (delay) => {
    const error = await thrownBy({}, async (ctx) => {
      ctx.serviceSendClient<Pricing>(pricing).refresh(rpc.sendOpts({ delay }));
    });
    expect(error).toBeInstanceOf(TerminalError);
    expect((error as Error).message).toBe(
      `The delay of a send must be a duration of 0 or more, not ${delay} (in cart/add)`,
    );
  });
});

describe("contracts", () => {
  const handlers: Record<string, HandlerDescriptor> = { add: {} };

  test("the kind comes from the contract", async () => {
    const transcript = new Transcript({}, async (ctx) => {
      ctx.client({ name: "pricing", _kind: "service", _handlers: handlers }).add?.(1);
      ctx.client({ name: "counter", _kind: "object", _handlers: handlers }, "k").add?.(2);
      ctx.sendClient({ name: "order", _kind: "workflow", _handlers: handlers }, "o").add?.(3);
    });
    expect(await transcript.next()).toEqual([
      callOf({ handler: "add", parameter: "1" }),
      callOf({
        service: "counter",
        handler: "add",
        key: "k",
        parameter: "2",
        invocationIdCompletionId: 3,
        completionId: 4,
      }),
      sendOf({ service: "order", handler: "add", key: "o", parameter: "3", invocationIdCompletionId: 5 }),
      ...returned(undefined),
    ]);
  });
});
