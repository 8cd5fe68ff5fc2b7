import {
  type Context,
  handlers,
  type ObjectContext,
  type ObjectSharedContext,
  object,
  type ServiceDefinition,
  service,
  type VirtualObjectDefinition,
  type WorkflowContext,
  type WorkflowDefinition,
  type WorkflowSharedContext,
  workflow,
} from "@perdure/sdk";

/** Handlers that the tests of this room have in common. */

interface GreeterHandlers {
  greet(ctx: Context, name: string): Promise<string>;
  /** Sleeps, and says what time it is then. */
  nap(ctx: Context, days: number): Promise<string>;
}

export const greeter: ServiceDefinition<"greeter", GreeterHandlers> = service({
  name: "greeter",
  handlers: {
    greet: async (_ctx: Context, name: string) => `Hello, ${name}!`,
    nap: async (ctx: Context, days: number) => {
      await ctx.sleep({ days });
      return new Date(await ctx.date.now()).toISOString();
    },
  },
});

interface CounterHandlers {
  add(ctx: ObjectContext<{ count: number }>, amount: number): Promise<number>;
  get(ctx: ObjectSharedContext<{ count: number }>): Promise<number>;
}

export const counter: VirtualObjectDefinition<"counter", CounterHandlers> = object({
  name: "counter",
  handlers: {
    add: async (ctx: ObjectContext<{ count: number }>, amount: number) => {
      const count = ((await ctx.get("count")) ?? 0) + amount;
      ctx.set("count", count);
      return count;
    },
    get: handlers.object.shared(
      async (ctx: ObjectSharedContext<{ count: number }>) => (await ctx.get("count")) ?? 0,
    ),
  },
});

interface ApprovalHandlers {
  run(ctx: WorkflowContext<{ awakeable: string }>): Promise<string>;
  decide(ctx: WorkflowSharedContext, decision: string): Promise<void>;
}

/** Waits an hour for an awakeable, whose id it keeps in its state, then for a promise. */
export const approval: WorkflowDefinition<"approval", ApprovalHandlers> = workflow({
  name: "approval",
  handlers: {
    run: async (ctx: WorkflowContext<{ awakeable: string }>) => {
      const { id, promise } = ctx.awakeable<string>();
      ctx.set("awakeable", id);
      const first = await promise.orTimeout({ hours: 1 });
      return `${first}, ${await ctx.promise<string>("decision")}`;
    },
    decide: async (ctx: WorkflowSharedContext, decision: string) => {
      await ctx.promise<string>("decision").resolve(decision);
    },
  },
});
