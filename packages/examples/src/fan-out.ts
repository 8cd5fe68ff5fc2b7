import { type Context, service } from "@perdure/sdk";

/** Work side by side with what the language has: Promise.all, async functions, map and a loop. */

export const words = service({
  name: "Words",
  handlers: {
    count: async (_ctx: Context, text: string) => text.split(/\s+/).filter((word) => word !== "").length,
  },
});

export const library = service({
  name: "Library",
  handlers: {
    /** All at once; each call is an invocation of its own, perhaps on another machine. */
    countAll: async (ctx: Context, texts: string[]) => {
      const counts = await Promise.all(texts.map((text) => ctx.serviceClient(words).count(text)));
      return counts.reduce((sum, count) => sum + count, 0);
    },

    /** Branches of several steps. Whichever is ready first goes on first, and does so in every replay. */
    inOrderOfArrival: async (ctx: Context, texts: string[]) => {
      const arrived: string[] = [];
      await Promise.all(
        texts.map(async (text) => {
          const count = await ctx.serviceClient(words).count(text);
          await ctx.sleep({ milliseconds: count * 100 });
          arrived.push(text);
        }),
      );
      return arrived;
    },

    /** Two at a time: two workers that share one queue. */
    countTwoAtATime: async (ctx: Context, texts: string[]) => {
      const queue = texts.entries();
      const counts: number[] = [];
      const work = async (): Promise<void> => {
        for (const [index, text] of queue) counts[index] = await ctx.serviceClient(words).count(text);
      };
      await Promise.all([work(), work()]);
      return counts;
    },
  },
});
