import { type Context, service } from "@perdure/sdk";
import { note } from "../../places/probe.ts";

/** Time, chance and logging. */
export const clock = service({
  name: "Clock",
  handlers: {
    sleep: async (ctx: Context, ms: number) => {
      const from = await ctx.date.now();
      await ctx.sleep(ms, "a nap");
      await ctx.sleep({ milliseconds: ms });
      await ctx.sleep(0);
      return (await ctx.date.now()) - from;
    },
    sleepSort: async (ctx: Context, values: number[]) => {
      const sorted: number[] = [];
      await Promise.all(
        values.map(async (value) => {
          await ctx.sleep(value * 300);
          sorted.push(value);
        }),
      );
      return sorted;
    },
    date: async (ctx: Context, name: string) => {
      const now = await ctx.date.now();
      const json = await ctx.date.toJSON();
      note(name, { now, json });
      await ctx.sleep(20);
      const later = await ctx.date.now();
      note(name, { now, json });
      return { now, json, later };
    },
    /** Notes in every attempt what it drew. */
    rand: async (ctx: Context, name: string) => {
      const drawn: unknown[] = [];
      for (let i = 0; i < 3; i++) {
        drawn.push(ctx.rand.random(), ctx.rand.uuidv4());
        note(name, [...drawn]);
        await ctx.sleep(1);
      }
      return drawn;
    },
    console: async (ctx: Context, name: string) => {
      note(name, "attempt");
      ctx.console.info("before", { a: 1 });
      for (let i = 0; i < 4; i++) {
        await ctx.sleep(1);
        ctx.console.log(`line ${i}`);
      }
      ctx.console.error("an error");
      ctx.console.debug("a detail");
      return ctx.request().id;
    },
  },
});

export const timerServices = [clock];
