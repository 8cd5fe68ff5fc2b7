import { describe, expect, test } from "vitest";
import type { InvocationPromise } from "../definition/promises.ts";
import { rpc } from "../definition/rpc.ts";
import type { Serde } from "../serde/serde.ts";
import { callOf } from "./testing/commands.ts";
import { shout } from "./testing/shout.ts";
import { returned, Transcript, value } from "./testing/transcript.ts";

interface Pricing {
  quote(ctx: unknown, item: string): Promise<number>;
  refresh(ctx: unknown): Promise<void>;
}

const pricing = { name: "pricing" };

describe("serdes", () => {
  const described = {
    name: "pricing",
    _kind: "service",
    _handlers: { quote: { _inputSerde: shout, _outputSerde: shout } },
  } as { name: string };

  test.each([
    ["the default", pricing, undefined, '"tea"', "Hot"],
    ["the definition's", described, undefined, "TEA", '"HOT"'],
    ["the call's", pricing, rpc.opts<string, string>({ input: shout, output: shout }), "TEA", '"HOT"'],
  ])("%s", async (_name, definition, options, parameter, output) => {
    const transcript = new Transcript({}, (ctx) => {
      const client = ctx.serviceClient(definition) as {
        quote(...args: unknown[]): InvocationPromise<unknown>;
      };
      return client.quote("tea", options);
    });
    expect(await transcript.next()).toEqual([callOf({ parameter })]);
    transcript.complete(2, value("Hot"));
    expect(await transcript.next()).toEqual(returned(output));
  });

  test("the service's default serde serves where nothing else is said", async () => {
    const transcript = new Transcript({ handler: { serde: shout as Serde<unknown> } }, (ctx) =>
      ctx.serviceClient<Pricing>(pricing).quote("tea"),
    );
    expect(await transcript.next()).toEqual([callOf({ parameter: "TEA" })]);
  });

  test("an input that cannot be serialized ends the attempt, to be retried", async () => {
    let settled = false;
    const transcript = new Transcript({}, async (ctx) => {
      const client = ctx.serviceClient(pricing) as { quote(item: unknown): InvocationPromise<unknown> };
      await client.quote(10n).finally(() => {
        settled = true;
      });
    });
    const [error, ...rest] = await transcript.next();
    expect(rest).toEqual([]);
    expect(error).toMatchObject({ type: "Error", code: 500 });
    expect((error as { message: string }).message).toContain("BigInt");
    expect(settled).toBe(false);
  });

  test("a serde that makes no bytes ends the attempt, to be retried", async () => {
    const broken = { serialize: () => "text", deserialize: () => "" } as unknown as Serde<string>;
    const transcript = new Transcript({}, (ctx) =>
      ctx.serviceClient<Pricing>(pricing).quote("tea", rpc.opts({ input: broken })),
    );
    expect(await transcript.next()).toMatchObject([
      { type: "Error", message: expect.stringContaining('returned "text" instead of a Uint8Array') },
    ]);
  });

  test("a result that cannot be read ends the attempt, to be retried", async () => {
    const transcript = new Transcript({}, (ctx) => ctx.serviceClient<Pricing>(pricing).quote("tea"));
    await transcript.next();
    transcript.complete(2, { type: "success", value: new TextEncoder().encode("{") });
    expect(await transcript.next()).toMatchObject([{ type: "Error", code: 500 }]);
  });
});
