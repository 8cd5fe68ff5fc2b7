import { type Context, type ServiceDefinition, service } from "@perdure/sdk";
import { allow } from "../scope.ts";

/** Uses of the clock and of chance that are allowed, or not. */

interface CarelessHandlers {
  caught(ctx: Context): Promise<string>;
}

export const careless: ServiceDefinition<"Careless", CarelessHandlers> = service({
  name: "Careless",
  handlers: {
    caught: async (_ctx: Context) => {
      try {
        return String(Math.random());
      } catch {
        return "caught";
      }
    },
  },
});

interface AllowedHandlers {
  byFunction(ctx: Context): Promise<boolean>;
  byFunctionBehindAwait(ctx: Context): Promise<boolean>;
  byComment(ctx: Context): Promise<boolean>;
  byCommentAbove(ctx: Context): Promise<boolean>;
  inRun(ctx: Context): Promise<boolean>;
  dates(ctx: Context): Promise<boolean>;
}

export const allowed: ServiceDefinition<"Allowed", AllowedHandlers> = service({
  name: "Allowed",
  handlers: {
    byFunction: async (_ctx: Context) => allow(() => Date.now()) > 0,
    byFunctionBehindAwait: async (ctx: Context) =>
      allow(async () => {
        await ctx.sleep(1);
        return Date.now() > 0;
      }),
    byComment: async (_ctx: Context) => Date.now() > 0, // perdure-allow: only for a log line
    byCommentAbove: async (_ctx: Context) => {
      // perdure-allow: only for a log line
      return Math.random() >= 0;
    },
    inRun: async (ctx: Context) => {
      const made = await ctx.run("make", async () => {
        await new Promise((resolve) => setTimeout(resolve, 0));
        return [Date.now(), Math.random(), crypto.randomUUID()].length;
      });
      return made === 3;
    },
    dates: async (ctx: Context) => {
      const date = new Date(await ctx.date.now());
      const { random } = ctx.rand;
      return date instanceof Date && Date.parse(date.toISOString()) > 0 && random.call(ctx.rand) < 1;
    },
  },
});
