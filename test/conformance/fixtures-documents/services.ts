import * as restate from "@perdure/sdk";
import { createInbox } from "./running.ts";

/** The services that the documents' snippets talk to, by the names the snippets use. */

/** What the handlers below were called with, in the order in which they ran. */
export const inbox = createInbox();

export const myService = restate.service({
  name: "MyService",
  handlers: {
    myHandler: async (_ctx: restate.Context, greeting: string) => {
      inbox.note(`MyService/myHandler ${greeting}`);
      return `${greeting}!`;
    },
    /** Waits until it is cancelled. */
    myPatientHandler: async (ctx: restate.Context, greeting: string) => {
      inbox.note(`MyService/myPatientHandler ${greeting}`);
      await ctx.sleep({ hours: 1 });
      return `${greeting}!`;
    },
  },
});

export type MyService = typeof myService;

export const myObject = restate.object({
  name: "MyObject",
  handlers: {
    myHandler: async (ctx: restate.ObjectContext<{ greetings: string[] }>, greeting: string) => {
      const greetings = [...((await ctx.get("greetings")) ?? []), greeting];
      ctx.set("greetings", greetings);
      return `${greeting} ${ctx.key}!`;
    },
    greetings: restate.handlers.object.shared(
      async (ctx: restate.ObjectSharedContext<{ greetings: string[] }>) => (await ctx.get("greetings")) ?? [],
    ),
  },
});

export const myWorkflow = restate.workflow({
  name: "MyWorkflow",
  handlers: {
    run: async (ctx: restate.WorkflowContext, greeting: string) => {
      inbox.note(`MyWorkflow/${ctx.key}/run ${greeting}`);
      return `${greeting} ${ctx.key}!`;
    },
    interactWithWorkflow: async (ctx: restate.WorkflowSharedContext) => {
      inbox.note(`MyWorkflow/${ctx.key}/interactWithWorkflow`);
      return `interacted with ${ctx.key}`;
    },
  },
});

/** A workflow that is still running until someone interacts with it. */
export const myPatientWorkflow = restate.workflow({
  name: "MyPatientWorkflow",
  handlers: {
    run: async (ctx: restate.WorkflowContext, greeting: string) => {
      return `${greeting} ${await ctx.promise<string>("name")}!`;
    },
    interactWithWorkflow: async (ctx: restate.WorkflowSharedContext, name: string) => {
      await ctx.promise<string>("name").resolve(name);
    },
  },
});

export const greeterService = restate.service({
  name: "GreeterService",
  handlers: {
    greet: async (ctx: restate.Context, { greeting }: { greeting: string }) => {
      const times = inbox.messages.filter((message) => message === `greet ${ctx.request().id}`).length;
      inbox.note(`greet ${ctx.request().id}`);
      return { greeting: `${greeting}!`, timesBefore: times };
    },
    headers: async (ctx: restate.Context) => Object.fromEntries(ctx.request().headers),
  },
  options: { idempotencyRetention: { days: 2 } },
});

export const greetCounterObject = restate.object({
  name: "GreetCounterObject",
  handlers: {
    greet: async (ctx: restate.ObjectContext<{ count: number }>, { greeting }: { greeting: string }) => {
      const count = ((await ctx.get("count")) ?? 0) + 1;
      ctx.set("count", count);
      return `${greeting} ${ctx.key}, for the ${count}. time!`;
    },
    count: restate.handlers.object.shared(
      async (ctx: restate.ObjectSharedContext<{ count: number }>) => (await ctx.get("count")) ?? 0,
    ),
  },
});

export const paymentService = restate.service({
  name: "PaymentService",
  handlers: {
    processPayment: async (ctx: restate.Context, payment: { amount: number; currency: string }) => {
      const reference = await ctx.run("charge", () => {
        inbox.note(`charged ${payment.amount} ${payment.currency}`);
        return inbox.messages.length;
      });
      return { ...payment, reference };
    },
    processSlowly: async (ctx: restate.Context, payment: { amount: number }) => {
      await ctx.sleep({ seconds: 1 });
      return { amount: payment.amount };
    },
  },
});

export const userAccount = restate.object({
  name: "UserAccount",
  handlers: {
    updateBalance: async (
      ctx: restate.ObjectContext<{ balance: number }>,
      { amount }: { amount: number },
    ) => {
      const balance = ((await ctx.get("balance")) ?? 0) + amount;
      ctx.set("balance", balance);
      return { user: ctx.key, balance };
    },
  },
});
