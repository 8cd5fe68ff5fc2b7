import { type WorkflowContext, type WorkflowSharedContext, workflow } from "@perdure/sdk";

/** A workflow: `run` runs once per key, and the other handlers talk to it by durable promises. */

export interface Applicant {
  readonly name: string;
}

export const signup = workflow({
  name: "Signup",
  handlers: {
    run: async (ctx: WorkflowContext<{ stage: string }>, applicant: Applicant) => {
      ctx.set("stage", "waiting for the confirmation");
      // Waits for as long as it takes. Meanwhile the invocation is suspended and costs nothing.
      const email = await ctx.promise<string>("confirmed");
      ctx.set("stage", "done");
      return `${applicant.name} <${email}>`;
    },

    /** May come before `run` gets that far, even before it is started: the promise keeps the value. */
    confirm: async (ctx: WorkflowSharedContext, email: string) => {
      await ctx.promise<string>("confirmed").resolve(email);
    },

    isConfirmed: async (ctx: WorkflowSharedContext) =>
      (await ctx.promise<string>("confirmed").peek()) !== undefined,

    stage: async (ctx: WorkflowSharedContext<{ stage: string }>) => (await ctx.get("stage")) ?? "not started",
  },
});
