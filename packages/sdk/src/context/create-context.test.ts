import { describe, expect, test } from "vitest";
import { TerminalError } from "../errors.ts";
import { createRand } from "./rand.ts";
import {
  INVOCATION_ID,
  INVOCATION_ID_BYTES,
  returned,
  SERVICE,
  SHARED,
  Transcript,
  thrownBy,
  VOID,
  WORKFLOW,
} from "./testing/transcript.ts";

describe("key", () => {
  test.each([{}, SHARED, WORKFLOW])("of %j", async (handler) => {
    expect(await new Transcript({ handler }, async (ctx) => ctx.key).next()).toEqual(returned("k1"));
  });

  test("may be empty", async () => {
    expect(await new Transcript({ start: { key: "" } }, async (ctx) => ctx.key).next()).toEqual(returned(""));
  });

  test("of a service: refused", async () => {
    const error = await thrownBy({ handler: SERVICE }, async (ctx) => ctx.key);
    expect(error).toBeInstanceOf(TerminalError);
    expect((error as Error).message).toBe("A service has no key (in cart/add)");
  });
});

describe("request", () => {
  test("says what was called, and how", async () => {
    const headers = new Map([["h", "1"]]);
    const body = new Uint8Array([1, 2]);
    const transcript = new Transcript({ request: { headers, body } }, async (ctx) => ctx.sleep(1));
    const request = transcript.ctx.request();
    expect(request).toMatchObject({
      id: INVOCATION_ID,
      target: { service: "cart", key: "k1", handler: "add" },
      headers,
      body,
      extraArgs: [],
    });
    expect(String(request.target)).toBe("cart/k1/add");
    expect(request).not.toHaveProperty("idempotencyKey");
    expect(transcript.ctx.request()).toBe(request);
    expect(request.attemptCompletedSignal).toBe(request.attemptCompletedSignal);
  });

  test("of a service has no key", () => {
    const { ctx } = new Transcript({ handler: SERVICE }, async () => {});
    expect(String(ctx.request().target)).toBe("cart/add");
    expect(ctx.request().target).not.toHaveProperty("key");
  });

  test("has what Start has from protocol v7 on", () => {
    const start = { idempotencyKey: "i", scope: "s", limitKey: "l" };
    const { ctx } = new Transcript({ version: 7, start }, async () => {});
    expect(ctx.request()).toMatchObject(start);
  });
});

describe("rand", () => {
  test("is seeded by Start", async () => {
    const transcript = new Transcript({ start: { randomSeed: 77n } }, async (ctx) => [
      ctx.rand.random(),
      ctx.rand.uuidv4(),
    ]);
    const rand = createRand(77n);
    expect(await transcript.next()).toEqual(returned([rand.random(), rand.uuidv4()]));
  });

  test("is seeded by the invocation's id where Start has no seed", async () => {
    const take = async (id: Uint8Array): Promise<unknown> => {
      const transcript = new Transcript({ version: 5, start: { id } }, async (ctx) => ctx.rand.random());
      return transcript.next();
    };
    expect(await take(INVOCATION_ID_BYTES)).toEqual(await take(INVOCATION_ID_BYTES));
    expect(await take(INVOCATION_ID_BYTES)).not.toEqual(await take(new Uint8Array(24)));
  });
});

test("isProcessing tells the replayed part from the rest", async () => {
  const transcript = new Transcript({}, async (ctx) => {
    const before = ctx.isProcessing();
    await ctx.sleep(1);
    return [before, ctx.isProcessing()];
  });
  await transcript.next();
  transcript.complete(1, VOID);
  expect(await transcript.next()).toEqual(returned([true, true]));
  expect(await transcript.replay().next()).toEqual(returned([false, true]));
});

test("a wrapped context works", async () => {
  const transcript = new Transcript({ start: { partialState: false } }, async (ctx) => {
    const proxy = new Proxy(ctx, {});
    const derived = Object.create(ctx) as typeof ctx;
    proxy.set("a", 1);
    proxy.serviceSendClient<{ go(ctx: unknown): Promise<void> }>({ name: "s" }).go();
    proxy.console.log("hello");
    return [await derived.get("a"), proxy.key, derived.rand === proxy.rand];
  });
  expect((await transcript.next()).slice(-2)).toEqual(returned([1, "k1", true]));
});
