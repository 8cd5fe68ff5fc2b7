import { type Context, type ObjectContext, object, service } from "@perdure/sdk";

/** Leaves nothing behind, so that what is counted are the invocations that call it. */
const price = service({
  name: "Price",
  handlers: { of: async (_ctx: Context, item: string) => item.length },
  options: { journalRetention: 0 },
});

/** A journal of nine entries: input, run, call and sleep with what came of them, output. */
const shop = service({
  name: "Shop",
  handlers: {
    buy: async (ctx: Context, item: string) => {
      const receipt = await ctx.run("receipt", () => `${item}-receipt-0001`);
      const cost = await ctx.serviceClient(price).of(item);
      await ctx.sleep(0);
      return { item, receipt, cost };
    },
  },
});

const sleeper = service({
  name: "Sleeper",
  handlers: {
    sleep: async (ctx: Context, ms: number) => {
      await ctx.run("begun", () => "a value that is kept over the sleep");
      await ctx.sleep(ms);
    },
  },
});

const desk = object({
  name: "Desk",
  handlers: {
    serve: async (ctx: ObjectContext, ms: number) => {
      ctx.set("served", ms);
      await ctx.sleep(ms);
    },
  },
});

/** Leaves its state behind, and nothing else. */
const counter = object({
  name: "Counter",
  handlers: {
    add: async (ctx: ObjectContext, by: number) => {
      const total = ((await ctx.get<number>("total")) ?? 0) + by;
      ctx.set("total", total);
      return total;
    },
  },
  options: { journalRetention: 0 },
});

export const services = [price, shop, sleeper, desk, counter];
