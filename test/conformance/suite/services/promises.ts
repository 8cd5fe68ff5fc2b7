import { serde, type WorkflowContext, type WorkflowSharedContext, workflow } from "@perdure/sdk";
import { toFailed } from "./invocations.ts";

/** A workflow that waits for one promise, and whatever one can do with it from outside. */
export const vote = workflow({
  name: "Vote",
  handlers: {
    run: async (ctx: WorkflowContext, how: "await" | "get" | "race" | "bytes") => {
      try {
        switch (how) {
          case "await":
            return await ctx.promise<unknown>("ballot");
          case "get":
            return await ctx
              .promise<unknown>("ballot")
              .get()
              .map((value) => ({ value }));
          case "race":
            return await Promise.race([
              ctx.promise<unknown>("ballot").get(),
              ctx.promise<unknown>("never").get(),
            ]);
          case "bytes": {
            const bytes = await ctx.promise("ballot", serde.binary);
            return [...bytes];
          }
        }
      } catch (error) {
        return toFailed(error);
      }
    },
    peek: async (ctx: WorkflowSharedContext) => {
      try {
        const value = await ctx.promise<unknown>("ballot").peek();
        return { value: value === undefined ? "undefined" : value };
      } catch (error) {
        return toFailed(error);
      }
    },
    cast: async (ctx: WorkflowSharedContext, value: unknown) => {
      try {
        await ctx.promise<unknown>("ballot").resolve(value);
        return "accepted";
      } catch (error) {
        return toFailed(error);
      }
    },
    castBytes: async (ctx: WorkflowSharedContext, bytes: number[]) => {
      await ctx.promise("ballot", serde.binary).resolve(new Uint8Array(bytes));
    },
    refuse: async (ctx: WorkflowSharedContext, reason: string) => {
      try {
        await ctx.promise("ballot").reject(reason);
        return "accepted";
      } catch (error) {
        return toFailed(error);
      }
    },
    /** Waits for it too. */
    watch: async (ctx: WorkflowSharedContext) => ctx.promise<unknown>("ballot"),
  },
});

export const promiseServices = [vote];
