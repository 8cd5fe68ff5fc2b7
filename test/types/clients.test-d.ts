import type {
  Client,
  Context,
  InvocationHandle,
  InvocationPromise,
  ObjectContext,
  Opts,
  SendClient,
  WorkflowContext,
  WorkflowSharedContext,
} from "@perdure/sdk";
import { handlers, object, rpc, serde, service, workflow } from "@perdure/sdk";
import { expectTypeOf } from "vitest";

const greeter = service({
  name: "greeter",
  handlers: {
    greet: async (_ctx: Context, name: string) => name.length,
    ping: async (_ctx: Context) => {},
    maybe: async (_ctx: Context, name?: string) => name,
    made: handlers.handler({}, async (_ctx, maybe?: { a: number }) => maybe?.a),
  },
});
const counter = object({
  name: "counter",
  handlers: { add: async (_ctx: ObjectContext<{ count: number }>, amount: number) => amount },
});
const order = workflow({
  name: "order",
  handlers: {
    run: async (_ctx: WorkflowContext, item: string) => ({ item }),
    paid: async (_ctx: WorkflowSharedContext) => true,
  },
});

// The four ways to know a service: its definition ...
export async function byDefinition(ctx: Context): Promise<void> {
  expectTypeOf(ctx.serviceClient(greeter).greet("Ada")).toEqualTypeOf<InvocationPromise<number>>();
  expectTypeOf(ctx.objectClient(counter, "k").add(1)).toEqualTypeOf<InvocationPromise<number>>();
  expectTypeOf(ctx.workflowClient(order, "k").run("book")).toEqualTypeOf<
    InvocationPromise<{ item: string }>
  >();
  expectTypeOf(ctx.workflowClient(order, "k").paid()).resolves.toBeBoolean();
  expectTypeOf(ctx.serviceSendClient(greeter).greet("Ada")).toEqualTypeOf<InvocationHandle>();
  expectTypeOf(ctx.objectSendClient(counter, "k").add(1)).toEqualTypeOf<InvocationHandle>();
  expectTypeOf(ctx.workflowSendClient(order, "k").run("book")).toEqualTypeOf<InvocationHandle>();
}

// ... its type and its name ...
type Greeter = typeof greeter;
export async function byType(ctx: Context): Promise<void> {
  expectTypeOf(await ctx.serviceClient<Greeter>({ name: "greeter" }).greet("Ada")).toBeNumber();
  expectTypeOf(await ctx.objectClient<typeof counter>({ name: "counter" }, "k").add(1)).toBeNumber();
  expectTypeOf(await ctx.workflowClient<typeof order>({ name: "order" }, "k").paid()).toBeBoolean();
  // @ts-expect-error: another service's name
  ctx.serviceClient<Greeter>({ name: "greeter2" });
}

// ... a hand-written interface ...
interface Remote {
  handler(ctx: unknown, greeting: string): Promise<string>;
  noInput(ctx: unknown): Promise<number>;
}
export async function byInterface(ctx: Context): Promise<void> {
  expectTypeOf(await ctx.serviceClient<Remote>({ name: "Remote" }).handler("Hi")).toBeString();
  expectTypeOf(await ctx.objectClient<Remote>({ name: "Remote" }, "k").noInput()).toBeNumber();
  expectTypeOf(
    ctx.workflowSendClient<Remote>({ name: "Remote" }, "k").handler("Hi"),
  ).toEqualTypeOf<InvocationHandle>();
  // @ts-expect-error: no such handler
  ctx.serviceClient<Remote>({ name: "Remote" }).other("Hi");
}

// ... or the type that another package exports, which is the second way once more,
// also when its declarations were written to a file.
interface Published {
  readonly name: "greeter";
  readonly "~handlers"?: { readonly service: { greet: (ctx: Context, name: string) => Promise<number> } };
}
export async function byPackage(ctx: Context): Promise<void> {
  expectTypeOf(await ctx.serviceClient<Published>({ name: "greeter" }).greet("Ada")).toBeNumber();
}

export function inputs(ctx: Context): void {
  const client = ctx.serviceClient(greeter);
  client.ping();
  client.maybe();
  client.maybe("a");
  client.made();
  client.made({ a: 1 });
  // @ts-expect-error: not the type of the input
  client.greet(1);
  // @ts-expect-error: the input is missing
  client.greet();
  // @ts-expect-error: there is no input
  client.ping("a");
  // @ts-expect-error: no such handler
  client.gret("Ada");
  // @ts-expect-error: not the type of the input
  ctx.serviceSendClient(greeter).greet(1);
}

export function kinds(ctx: Context): void {
  // @ts-expect-error: an object needs a key
  ctx.objectClient(counter);
  // @ts-expect-error: a workflow needs a key
  ctx.workflowSendClient(order);
  // @ts-expect-error: a service has no key
  ctx.serviceClient(greeter, "k");
  // @ts-expect-error: an object is not a service
  ctx.serviceClient(counter);
  // @ts-expect-error: a service is not an object
  ctx.objectClient(greeter, "k");
  // @ts-expect-error: an object is not a workflow
  ctx.workflowClient(counter, "k");
}

export async function options(ctx: Context): Promise<void> {
  const client = ctx.serviceClient(greeter);
  expectTypeOf(await client.greet("a", rpc.opts({ idempotencyKey: "k" }))).toBeNumber();
  client.ping(rpc.opts({ headers: { a: "b" }, name: "a call" }));
  client.maybe(undefined, rpc.opts({ limitKey: "a/b" }));
  client.greet("a", rpc.opts({ input: serde.json, output: serde.json }));

  // Options made beforehand fit any handler, unless they name a serde.
  const shared = rpc.opts({ idempotencyKey: "k" });
  client.greet("a", shared);
  ctx.objectClient(counter, "k").add(1, shared);
  const binary = rpc.opts({ input: serde.binary });
  expectTypeOf(binary).toEqualTypeOf<Opts<Uint8Array, never>>();
  // @ts-expect-error: not the serde of the input
  client.greet("a", binary);
  const delayed = rpc.sendOpts({ delay: { hours: 5 } });
  ctx.serviceSendClient(greeter).greet("a", delayed);
  ctx.serviceSendClient(greeter).greet("a", rpc.sendOpts({ delay: 5000, idempotencyKey: "k" }));

  // @ts-expect-error: a call has no delay
  client.greet("a", rpc.opts({ delay: 5 }));
  // @ts-expect-error: options of a send for a call
  client.greet("a", delayed);
  // @ts-expect-error: options of a call for a send
  ctx.serviceSendClient(greeter).greet("a", shared);
  // @ts-expect-error: a send has no output
  rpc.sendOpts({ output: serde.json });
  // @ts-expect-error: not the serde of the input
  client.greet("a", rpc.opts({ input: serde.binary }));
  // @ts-expect-error: options are marked by rpc.opts
  client.greet("a", { idempotencyKey: "k" });
  // @ts-expect-error: no such unit
  rpc.sendOpts({ delay: { weeks: 1 } });
}

export async function generic(ctx: Context): Promise<void> {
  const bytes = ctx.genericCall({ service: "s", method: "m", parameter: new Uint8Array() });
  expectTypeOf(await bytes).not.toBeAny();
  const untyped = ctx.genericCall({
    service: "s",
    method: "m",
    parameter: "Hi",
    inputSerde: serde.json,
    outputSerde: serde.json,
  });
  expectTypeOf(await untyped).toBeUnknown();
  const typed = ctx.genericCall<string, number>({
    service: "s",
    method: "m",
    parameter: "Hi",
    inputSerde: serde.json,
    outputSerde: serde.json,
  });
  expectTypeOf(await typed).toBeNumber();
  ctx.genericSend({
    service: "s",
    method: "m",
    parameter: "Hi",
    inputSerde: serde.json,
    delay: { seconds: 5 },
  });
}

// No `any` on the way.
expectTypeOf<Client<Remote>["handler"]>().parameters.not.toBeAny();
expectTypeOf<Client<Remote>["handler"]>().parameter(0).toBeString();
expectTypeOf<Client<Remote>["handler"]>().parameter(1).toEqualTypeOf<Opts<string, string> | undefined>();
expectTypeOf<Client<Remote>["handler"]>().returns.resolves.not.toBeAny();
expectTypeOf<SendClient<Remote>["noInput"]>().returns.not.toBeAny();
expectTypeOf(serde.json.deserialize(new Uint8Array())).toBeUnknown();
