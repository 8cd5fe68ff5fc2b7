import type {
  Context,
  InferInput,
  InferOutput,
  InvocationHandle,
  InvocationPromise,
  ObjectContext,
  ObjectSharedContext,
  WorkflowContext,
  WorkflowSharedContext,
} from "@perdure/sdk";
import { iface, implement, rpc, serde } from "@perdure/sdk";
import { superjsonSerde } from "@perdure/sdk/superjson";
import { zodSerde, serde as zodSerdes } from "@perdure/sdk/zod";
import { expectTypeOf } from "vitest";
import * as z from "zod";

const Request = z.object({ name: z.string(), at: z.coerce.date() });

const greeter = iface.service("greeter", {
  greet: iface.schemas({ input: Request, output: z.string() }),
  ping: iface.json<void, string>(),
  nothing: iface.json(),
  raw: iface.serdes({ input: serde.binary }),
  rich: iface.serdes({ input: superjsonSerde<Map<string, Date>>(), output: zodSerde(z.number()) }),
  maybe: iface.json<string | undefined, number>(),
});
const counter = iface.object("counter", {
  add: iface.json<number, number>(),
  current: iface.shared.json<void, number>(),
});
const order = iface.workflow("order", {
  run: iface.json<string, boolean>(),
  cancel: iface.json(),
});

type Handlers = (typeof greeter)["_handlers"];
expectTypeOf<InferInput<Handlers["greet"]>>().toEqualTypeOf<{ name: string; at: Date }>();
expectTypeOf<InferOutput<Handlers["greet"]>>().toBeString();
expectTypeOf<InferInput<Handlers["nothing"]>>().toBeVoid();
expectTypeOf<InferInput<Handlers["raw"]>>().toEqualTypeOf<Uint8Array>();
expectTypeOf<InferOutput<Handlers["raw"]>>().toBeVoid();
expectTypeOf<InferInput<Handlers["rich"]>>().toEqualTypeOf<Map<string, Date>>();
expectTypeOf<InferOutput<Handlers["rich"]>>().toBeNumber();

// Contexts, inputs and outputs come from the contract.
const greeterService = implement(greeter, {
  handlers: {
    greet: async (ctx, request) => {
      expectTypeOf(ctx).toEqualTypeOf<Context>();
      expectTypeOf(request).toEqualTypeOf<{ name: string; at: Date }>();
      return request.name;
    },
    ping: async () => "pong",
    nothing: async () => {},
    raw: async (_ctx, input) => {
      expectTypeOf(input).toEqualTypeOf<Uint8Array>();
    },
    rich: async (_ctx, input) => input.size,
    maybe: async (_ctx, input) => {
      expectTypeOf(input).toEqualTypeOf<string | undefined>();
      return 1;
    },
  },
  options: { ingressPrivate: true, handlers: { ping: { inactivityTimeout: { seconds: 1 } } } },
});
const counterObject = implement(counter, {
  handlers: {
    add: async (ctx, amount) => {
      expectTypeOf(ctx).toEqualTypeOf<ObjectContext>();
      return amount;
    },
    current: async (ctx) => {
      expectTypeOf(ctx).toEqualTypeOf<ObjectSharedContext>();
      return 0;
    },
  },
});
const orderWorkflow = implement(order, {
  handlers: {
    run: async (ctx, item) => {
      expectTypeOf(ctx).toEqualTypeOf<WorkflowContext>();
      return item === "";
    },
    cancel: async (ctx) => {
      expectTypeOf(ctx).toEqualTypeOf<WorkflowSharedContext>();
    },
  },
});

export async function clients(ctx: Context): Promise<void> {
  expectTypeOf(ctx.client(greeter).greet({ name: "Ada", at: new Date(0) })).toEqualTypeOf<
    InvocationPromise<string>
  >();
  expectTypeOf(ctx.client(greeter).ping()).resolves.toBeString();
  ctx.client(greeter).maybe();
  ctx.client(greeter).maybe("a", rpc.opts({ idempotencyKey: "k" }));
  expectTypeOf(ctx.client(counter, "k").add(1)).resolves.toBeNumber();
  expectTypeOf(
    ctx.sendClient(order, "k").run("book", rpc.sendOpts({ delay: 1 })),
  ).toEqualTypeOf<InvocationHandle>();

  // An implemented contract is called either way.
  expectTypeOf(ctx.client(greeterService).ping()).resolves.toBeString();
  expectTypeOf(ctx.serviceClient(greeterService).ping()).resolves.toBeString();
  expectTypeOf(ctx.client(counterObject, "k").current()).resolves.toBeNumber();
  expectTypeOf(ctx.objectClient(counterObject, "k").current()).resolves.toBeNumber();
  expectTypeOf(ctx.workflowClient(orderWorkflow, "k").run("book")).resolves.toBeBoolean();

  // @ts-expect-error: not the type of the input
  ctx.client(greeter).greet({ name: 1 });
  // @ts-expect-error: no such handler
  ctx.client(greeter).gret({ name: "Ada" });
  // @ts-expect-error: an object needs a key
  ctx.client(counter);
  // @ts-expect-error: a service has no key
  ctx.client(greeter, "k");
  // @ts-expect-error: a call has no delay
  ctx.client(counter, "k").add(1, rpc.opts({ delay: 1 }));
}

// @ts-expect-error: a handler is missing
implement(counter, { handlers: { add: async () => 1 } });
// @ts-expect-error: not the type of the output
implement(counter, { handlers: { add: async () => "1", current: async () => 0 } });
implement(counter, {
  handlers: {
    add: async () => 1,
    current: async (ctx) => {
      // @ts-expect-error: shared handlers do not write
      ctx.set("count", 1);
      return 0;
    },
  },
});
// @ts-expect-error: no such handler
implement(counter, {
  handlers: { add: async () => 1, current: async () => 0 },
  options: { handlers: { other: {} } },
});
// @ts-expect-error: the input's serde is the contract's
implement(counter, {
  handlers: { add: async () => 1, current: async () => 0 },
  options: { handlers: { add: { input: serde.binary } } },
});

// Serdes carry their types.
expectTypeOf(zodSerdes.zod(z.object({ a: z.string() })).deserialize(new Uint8Array())).toEqualTypeOf<{
  a: string;
}>();
expectTypeOf(serde.schema(Request).deserialize(new Uint8Array())).toEqualTypeOf<{ name: string; at: Date }>();
expectTypeOf(superjsonSerde().deserialize(new Uint8Array())).toBeUnknown();
