import { type Context, type ObjectContext, object, service, TerminalError } from "@perdure/sdk";
import { note } from "../../places/probe.ts";
import { callee } from "./calls.ts";

/** Faults beside each other, and much of everything. */
export const FAULTS = ["good", "throws", "rejects", "terminal", "badOutput", "endless"] as const;
export type Fault = (typeof FAULTS)[number];

export const crowd = service({
  name: "Crowd",
  handlers: {
    visit: async (ctx: Context, { fault, name }: { fault: Fault; name: string }): Promise<unknown> => {
      const step = await ctx.run("step", () => note(name));
      await ctx.sleep(5);
      const attempt = note(`${name} attempts after the sleep`);
      switch (fault) {
        case "good":
          return step;
        case "throws":
          if (attempt < 3) throw new Error("a fault");
          return step;
        case "rejects":
          if (attempt < 3) await Promise.reject(undefined);
          return step;
        case "terminal":
          throw new TerminalError("the end", { errorCode: 433 });
        case "badOutput":
          return attempt < 3 ? 1n : step;
        case "endless":
          await ctx.sleep({ hours: 1 });
          return step;
      }
    },
  },
});

export const bulk = object({
  name: "Bulk",
  handlers: {
    everywhere: async (ctx: ObjectContext, text: string) => {
      const called = await ctx.serviceClient(callee).echo(text);
      const ran = await ctx.run("large", () => `${text}r`);
      ctx.set("text", text);
      await ctx.sleep(1);
      const stored = await ctx.get<string>("text");
      if (called !== text || stored !== text || ran !== `${text}r`)
        throw new TerminalError("the text has changed");
      return `${text}!`;
    },
    stored: async (ctx: ObjectContext) => ((await ctx.get<string>("text")) ?? "").length,
  },
});

export const busy = service({
  name: "Busy",
  handlers: {
    sleeps: async (ctx: Context, count: number) => {
      await Promise.all(Array.from({ length: count }, () => ctx.sleep(200)));
      return count;
    },
    runs: async (ctx: Context, { count, name }: { count: number; name: string }) => {
      const results = await Promise.all(
        Array.from({ length: count }, (_, i) =>
          ctx.run(`run ${i}`, () => {
            note(name, i);
            return i;
          }),
        ),
      );
      return results.reduce((sum, one) => sum + one, 0);
    },
    sequence: async (ctx: Context, { count, name }: { count: number; name: string }) => {
      let sum = 0;
      for (let i = 0; i < count; i++) {
        sum += await ctx.run(`run ${i}`, () => {
          note(name, i);
          return i;
        });
      }
      return sum;
    },
    calls: async (ctx: Context, count: number) => {
      const client = ctx.serviceClient(callee);
      const echoed = await Promise.all(Array.from({ length: count }, (_, i) => client.echo(i)));
      return echoed.every((value, i) => value === i);
    },
  },
});

export const loadServices = [crowd, bulk, busy];
