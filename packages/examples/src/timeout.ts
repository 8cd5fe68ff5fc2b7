import { type Context, service, TimeoutError } from "@perdure/sdk";

/** How long to wait. The clock is in the journal, so a replay times out just where the first attempt did. */

export const slow = service({
  name: "Slow",
  handlers: {
    answer: async (ctx: Context, afterMs: number) => {
      await ctx.sleep(afterMs);
      return "an answer";
    },
  },
});

export const impatient = service({
  name: "Impatient",
  handlers: {
    /** By what the language has. */
    byRace: async (ctx: Context, { afterMs, patienceMs }: { afterMs: number; patienceMs: number }) => {
      const answer = ctx.serviceClient(slow).answer(afterMs);
      const timeout = ctx.sleep(patienceMs).then(() => "too late" as const);
      const first = await Promise.race([answer, timeout]);
      // The call goes on, unless it is told to stop.
      if (first === "too late") ctx.invocation(await answer.invocationId).cancel();
      return first;
    },

    /** The same, shorter; the call goes on after the timeout. */
    byOrTimeout: async (ctx: Context, { afterMs, patienceMs }: { afterMs: number; patienceMs: number }) => {
      try {
        return await ctx.serviceClient(slow).answer(afterMs).orTimeout({ milliseconds: patienceMs });
      } catch (error) {
        // Uncaught it would end this invocation with 408: a TimeoutError is terminal.
        if (error instanceof TimeoutError) return "too late";
        throw error;
      }
    },
  },
});
