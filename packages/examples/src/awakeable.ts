import { type Context, service } from "@perdure/sdk";

/** An awakeable: a promise with an id, to be given to whoever is to complete it. */

/** Stands for a person with a mailbox. */
export const manager = {
  inbox: [] as { readonly text: string; readonly reply: string }[],
};

export const expenses = service({
  name: "Expenses",
  handlers: {
    request: async (ctx: Context, cents: number) => {
      const { id, promise } = ctx.awakeable<"yes" | "no">();
      await ctx.run("ask the manager", () => {
        manager.inbox.push({ text: `May I spend ${cents} cents?`, reply: id });
      });
      // Minutes or months: the invocation is suspended meanwhile.
      return (await promise) === "yes" ? "approved" : "refused";
    },

    /**
     * Another handler can complete it. From outside it is done by the ingress client,
     * `ingress.resolveAwakeable(id, "yes")`, or by a POST to `/restate/awakeables/<id>/resolve`.
     */
    decide: async (
      ctx: Context,
      { id, answer }: { id: string; answer: "yes" | "no" | "ask someone else" },
    ) => {
      if (answer === "ask someone else") ctx.rejectAwakeable(id, "not my department");
      else ctx.resolveAwakeable(id, answer);
    },
  },
});
