import { expect, test } from "vitest";
import { rpc } from "../definition/rpc.ts";
import { TerminalError } from "../errors.ts";
import type { HandlerContext } from "./create-context.ts";
import { SERVICE, thrownBy } from "./testing/transcript.ts";

interface Pricing {
  quote(ctx: unknown, item: string): Promise<number>;
  refresh(ctx: unknown): Promise<void>;
}
interface Counter {
  add(ctx: unknown, by: number): Promise<number>;
}
interface Order {
  run(ctx: unknown, order: string): Promise<string>;
}

const pricing = { name: "pricing" };

type Misuse = readonly [what: string, use: (ctx: HandlerContext) => unknown, message: string];

const misuses: readonly Misuse[] = [
  [
    "no name",
    (ctx) => ctx.serviceClient({} as never),
    "The name of the called service must be a string, not undefined",
  ],
  [
    "an empty name",
    (ctx) => ctx.serviceClient({ name: "" }),
    "The name of the called service must be a string that is not empty",
  ],
  [
    "no definition",
    (ctx) => ctx.serviceClient(undefined as never),
    "The name of the called service must be a string, not undefined",
  ],
  [
    "no key",
    (ctx) => ctx.objectClient<Counter>({ name: "counter" }, undefined as never),
    'The key of object "counter" must be a string, not undefined',
  ],
  [
    "a number as key",
    (ctx) => ctx.objectSendClient<Counter>({ name: "counter" }, 7 as never),
    'The key of object "counter" must be a string, not 7',
  ],
  [
    "no workflow key",
    (ctx) => ctx.workflowClient<Order>({ name: "order" }, null as never),
    'The key of workflow "order" must be a string, not null',
  ],
  [
    "a service called as an object",
    (ctx) => ctx.objectClient({ name: "p", _kind: "service" } as never, "k"),
    '"p" is not a keyed service but of kind service',
  ],
  [
    "an object called as a service",
    (ctx) => ctx.serviceClient({ name: "c", _kind: "object" } as never),
    '"c" is not a service but of kind object',
  ],
  [
    "an empty idempotency key",
    (ctx) => ctx.serviceClient<Pricing>(pricing).quote("x", rpc.opts({ idempotencyKey: "" })),
    "idempotencyKey must be a string that is not empty",
  ],
  [
    "a header that is no string",
    (ctx) => ctx.serviceClient<Pricing>(pricing).quote("x", rpc.opts({ headers: { a: 1 as never } })),
    'Header "a" must be a string, not 1',
  ],
  [
    "a limit key without a scope",
    (ctx) => ctx.serviceClient<Pricing>(pricing).quote("x", rpc.opts({ limitKey: "l" })),
    'Limit key "l" without a scope',
  ],
  [
    "an idempotency key for a workflow's run",
    (ctx) => ctx.workflowClient<Order>({ name: "order" }, "o").run("x", rpc.opts({ idempotencyKey: "i" })),
    'An idempotency key for run of workflow "order"',
  ],
  ["an empty scope", (ctx) => ctx.scope(""), 'Not a scope: ""'],
  [
    "no service",
    (ctx) => ctx.genericCall({ method: "m", parameter: new Uint8Array() } as never),
    "The called service must be a string, not undefined",
  ],
  [
    "no method",
    (ctx) => ctx.genericSend({ service: "s", parameter: new Uint8Array() } as never),
    "The called handler must be a string, not undefined",
  ],
  [
    "a generic key that is no string",
    (ctx) => ctx.genericCall({ service: "s", method: "m", key: 1 as never, parameter: new Uint8Array() }),
    "The called key must be a string, not 1",
  ],
];

test.each(misuses)("%s: refused at the call", async (_what, use, message) => {
  const error = await thrownBy({ handler: SERVICE }, async (ctx) => {
    use(ctx);
  });
  expect(error).toBeInstanceOf(TerminalError);
  expect((error as TerminalError).message).toBe(`${message} (in cart/add)`);
  expect((error as TerminalError).hint).toMatch(/\S/);
  expect((error as TerminalError).code).toBe(500);
});
