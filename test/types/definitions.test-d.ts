import type {
  ArgType,
  Context,
  HandlerReturnType,
  ObjectContext,
  ObjectSharedContext,
  Service,
  ServiceDefinition,
  UntypedState,
  VirtualObject,
  VirtualObjectDefinition,
  Workflow,
  WorkflowContext,
  WorkflowDefinition,
  WorkflowSharedContext,
} from "@perdure/sdk";
import { handlers, object, serde, service, TerminalError, workflow } from "@perdure/sdk";
import { expectTypeOf } from "vitest";

// What is inferred where the author says nothing.

const greeter = service({
  name: "greeter",
  handlers: {
    typed: async (_ctx: Context, name: string) => `Hello, ${name}!`,
    noInput: async (_ctx: Context) => 1,
    optional: async (_ctx: Context, name?: string) => name,
    bare: async (ctx, input) => {
      expectTypeOf(ctx).toEqualTypeOf<Context>();
      expectTypeOf(input).toBeUnknown();
      return true;
    },
  },
});
type Greeter = Service<typeof greeter>;
expectTypeOf(greeter).toExtend<ServiceDefinition<"greeter", unknown>>();
expectTypeOf<Greeter["typed"]>().toEqualTypeOf<(ctx: Context, name: string) => Promise<string>>();
expectTypeOf<Greeter["noInput"]>().toEqualTypeOf<(ctx: Context) => Promise<number>>();
expectTypeOf<Greeter["bare"]>().toEqualTypeOf<(ctx: Context, input: unknown) => Promise<boolean>>();
expectTypeOf<ArgType<Greeter["typed"]>>().toBeString();
expectTypeOf<ArgType<Greeter["noInput"]>>().toBeVoid();
expectTypeOf<ArgType<Greeter["optional"]>>().toEqualTypeOf<string | undefined>();
expectTypeOf<HandlerReturnType<Greeter["typed"]>>().toBeString();

const counter = object({
  name: "counter",
  handlers: {
    add: async (ctx: ObjectContext<{ count: number }>, amount: number) => {
      const count = await ctx.get("count");
      expectTypeOf(count).toEqualTypeOf<number | null>();
      ctx.set("count", (count ?? 0) + amount);
      return amount;
    },
    bare: async (ctx, input) => {
      expectTypeOf(ctx).toEqualTypeOf<ObjectContext<UntypedState>>();
      expectTypeOf(input).toBeUnknown();
    },
    shared: handlers.object.shared(async (ctx) => {
      expectTypeOf(ctx).toEqualTypeOf<ObjectSharedContext<UntypedState>>();
      return ctx.key;
    }),
    exclusive: handlers.object.exclusive({ enableLazyState: true }, async (ctx, amount: number) => {
      expectTypeOf(ctx).toEqualTypeOf<ObjectContext<UntypedState>>();
      return amount;
    }),
    typedShared: handlers.object.shared(async (ctx: ObjectSharedContext<{ count: number }>) =>
      ctx.get("count"),
    ),
  },
});
type Counter = VirtualObject<typeof counter>;
expectTypeOf(counter).toExtend<VirtualObjectDefinition<"counter", unknown>>();
expectTypeOf<Counter["shared"]>().toEqualTypeOf<
  (ctx: ObjectSharedContext<UntypedState>) => Promise<string>
>();
expectTypeOf<Counter["typedShared"]>().returns.resolves.toEqualTypeOf<number | null>();
expectTypeOf<ArgType<Counter["exclusive"]>>().toBeNumber();

const order = workflow({
  name: "order",
  handlers: {
    run: async (ctx, input) => {
      expectTypeOf(ctx).toEqualTypeOf<WorkflowContext<UntypedState>>();
      expectTypeOf(input).toBeUnknown();
      return "done";
    },
    bare: async (ctx) => {
      expectTypeOf(ctx).toEqualTypeOf<WorkflowSharedContext<UntypedState>>();
    },
    made: handlers.workflow.shared({ description: "asks" }, async (ctx, question: string) => {
      expectTypeOf(ctx).toEqualTypeOf<WorkflowSharedContext<UntypedState>>();
      return question.length;
    }),
  },
});
type Order = Workflow<typeof order>;
expectTypeOf(order).toExtend<WorkflowDefinition<"order", unknown>>();
expectTypeOf<ArgType<Order["made"]>>().toBeString();
expectTypeOf<HandlerReturnType<Order["run"]>>().toBeString();

// Other handlers are there under `this`.
service({
  name: "self",
  handlers: {
    double: async (_ctx: Context, n: number) => 2 * n,
    async quadruple(ctx: Context, n: number): Promise<number> {
      // @ts-expect-error: no such handler
      this.triple;
      return this.double(ctx, await this.double(ctx, n));
    },
  },
});

// Serdes decide what the handler gets and gives.
handlers.handler({ input: serde.binary, output: serde.binary }, async (_ctx, input) => {
  expectTypeOf(input).toEqualTypeOf<Uint8Array>();
  return input;
});
handlers.handler({ input: serde.json, output: serde.json }, async (_ctx, input: { a: number }) => input.a);
handlers.handler({ input: serde.json }, async (_ctx, input) => {
  expectTypeOf(input).toBeUnknown();
});
handlers.handler({}, async (ctx) => {
  expectTypeOf(ctx).toEqualTypeOf<Context>();
});
// @ts-expect-error: the output is not what the serde writes
handlers.handler({ output: serde.binary }, async () => "text");
// @ts-expect-error: the input is not what the serde reads
handlers.handler({ input: serde.binary }, async (_ctx, _input: string) => {});

// Errors are unknown until looked at; a narrower parameter is allowed.
service({
  name: "errors",
  handlers: {},
  options: {
    asTerminalError: (error) => {
      expectTypeOf(error).toBeUnknown();
      return error instanceof RangeError ? new TerminalError(error.message) : undefined;
    },
  },
});
service({
  name: "errors",
  handlers: {},
  options: { asTerminalError: (error: Error) => new TerminalError(error.message) },
});

// What is refused.

service({
  name: "s",
  handlers: {
    // @ts-expect-error: an object's context in a service
    wrongContext: async (_ctx: ObjectContext) => {},
    // @ts-expect-error: handlers return promises
    sync: (_ctx: Context) => 1,
    // @ts-expect-error: there is one input only
    twoInputs: async (_ctx: Context, _a: string, _b: string) => {},
    // @ts-expect-error: not a function
    value: 1,
  },
});
// @ts-expect-error: no name
service({ handlers: {} });
// @ts-expect-error: an option for workflows
service({ name: "s", handlers: {}, options: { workflowRetention: 1 } });
// @ts-expect-error: an option for objects
service({ name: "s", handlers: {}, options: { enableLazyState: true } });
// @ts-expect-error: an option for workflows
object({ name: "o", handlers: {}, options: { workflowRetention: 1 } });
// @ts-expect-error: not a way to react
service({ name: "s", handlers: {}, options: { retryPolicy: { onMaxAttempts: "stop" } } });

object({
  name: "o",
  handlers: {
    // @ts-expect-error: a workflow's context in an object
    wrongContext: async (_ctx: WorkflowContext) => {},
  },
});
handlers.object.shared(async (ctx) => {
  // @ts-expect-error: shared handlers do not write
  ctx.set("count", 1);
  // @ts-expect-error: shared handlers do not write
  ctx.clear("count");
  // @ts-expect-error: shared handlers do not write
  ctx.clearAll();
});
// @ts-expect-error: a shared handler with the context of an exclusive one
handlers.object.shared(async (_ctx: ObjectContext) => {});
// @ts-expect-error: the function is missing
handlers.object.shared({});

object({
  name: "o",
  handlers: {
    typed: async (ctx: ObjectContext<{ count: number; name: string }>) => {
      expectTypeOf(await ctx.get("name")).toEqualTypeOf<string | null>();
      // @ts-expect-error: no such key
      ctx.get("cuont");
      // @ts-expect-error: no such key
      ctx.set("cuont", 1);
      // @ts-expect-error: not this key's type
      ctx.set("count", "1");
      // @ts-expect-error: no such key
      ctx.clear("cuont");
    },
    untyped: async (ctx: ObjectContext) => {
      expectTypeOf(await ctx.get<number>("anything")).toEqualTypeOf<number | null>();
      expectTypeOf(await ctx.get("anything")).toBeUnknown();
      ctx.set("anything", 1);
    },
  },
});

// @ts-expect-error: `run` is missing
workflow({ name: "w", handlers: { other: async (_ctx: WorkflowSharedContext) => {} } });
workflow({
  name: "w",
  handlers: {
    run: async (_ctx: WorkflowContext) => {},
    // @ts-expect-error: the context of `run` in another handler
    wrongContext: async (_ctx: WorkflowContext) => {},
    // @ts-expect-error: a name of the client's
    workflowSubmit: async (_ctx: WorkflowSharedContext) => {},
    // @ts-expect-error: a name of the client's
    workflowAttach: async (_ctx: WorkflowSharedContext) => {},
    // @ts-expect-error: a name of the client's
    workflowOutput: async (_ctx: WorkflowSharedContext) => {},
  },
});
