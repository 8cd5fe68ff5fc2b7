import type { Context, ObjectContext, ObjectSharedContext } from "@perdure/sdk";

/** Either SDK: what is measured is written once, in what both have in common. */
export type Sdk = Pick<typeof import("@perdure/sdk"), "service" | "object" | "handlers" | "RestatePromise">;

/** How many steps a handler takes. */
export interface Size {
  readonly n: number;
  /** What the first value is, so that answers differ; 0 when absent. */
  readonly from?: number;
}

const echo = { name: "Echo" } as const;

interface EchoHandlers {
  echo(ctx: Context, value: number): Promise<number>;
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);

/** The services of every endpoint and engine that is measured. */
export function createServices({ service, object, handlers, RestatePromise }: Sdk) {
  const bench = service({
    name: "Bench",
    handlers: {
      empty: async (_ctx: Context, { n, from = 0 }: Size) => n + from,

      calls: async (ctx: Context, { n, from = 0 }: Size) => {
        const client = ctx.serviceClient<EchoHandlers>(echo);
        let sum = 0;
        for (let i = 0; i < n; i += 1) sum += await client.echo(from + i);
        return sum;
      },

      runs: async (ctx: Context, { n, from = 0 }: Size) => {
        let sum = 0;
        for (let i = 0; i < n; i += 1) sum += await ctx.run("step", () => from + i);
        return sum;
      },

      sleeps: async (ctx: Context, { n }: Size) => {
        for (let i = 0; i < n; i += 1) await ctx.sleep(1000);
        return n;
      },

      all: async (ctx: Context, { n, from = 0 }: Size) => {
        const client = ctx.serviceClient<EchoHandlers>(echo);
        return total(await RestatePromise.all(Array.from({ length: n }, (_, i) => client.echo(from + i))));
      },

      /** As `all`, by the language's own means. */
      plainAll: async (ctx: Context, { n, from = 0 }: Size) => {
        const client = ctx.serviceClient<EchoHandlers>(echo);
        return total(await Promise.all(Array.from({ length: n }, (_, i) => client.echo(from + i))));
      },
    },
  });

  const store = object({
    name: "Store",
    handlers: {
      sets: async (ctx: ObjectContext, { n }: Size) => {
        for (let i = 0; i < n; i += 1) ctx.set("value", i);
        return n;
      },

      add: async (ctx: ObjectContext, amount: number) => {
        const sum = ((await ctx.get<number>("sum")) ?? 0) + amount;
        ctx.set("sum", sum);
        return sum;
      },

      sum: handlers.object.shared(async (ctx: ObjectSharedContext) => (await ctx.get<number>("sum")) ?? 0),
    },
  });

  const echoing = service({
    ...echo,
    handlers: { echo: async (_ctx: Context, value: number) => value },
  });

  return [bench, store, echoing] as const;
}
