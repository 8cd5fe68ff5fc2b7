import { type Context, service, TerminalError } from "@perdure/sdk";
import { bank } from "./outside.ts";

export interface Charge {
  readonly orderId: string;
  readonly cents: number;
}

/** A service: no key, no state, any number of calls at once. */
export const payments = service({
  name: "Payments",
  handlers: {
    charge: async (ctx: Context, { orderId, cents }: Charge) => {
      // Once the answer is in the journal, the bank is not asked again. If this process dies
      // before, it is asked again, with the same key; so it knows that it is the same charge.
      const key = ctx.rand.uuidv4();
      const answer = await ctx.run("ask the bank", () => bank.charge(key, orderId, cents));
      // Terminal: asking again would not help. Any other error is retried.
      if (answer === "declined") throw new TerminalError("card declined", { errorCode: 402 });
      return key;
    },

    refund: async (ctx: Context, orderId: string) => {
      await ctx.run("give the money back", () => bank.refund(orderId));
    },
  },
});
