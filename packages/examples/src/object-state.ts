import { handlers, type ObjectContext, type ObjectSharedContext, object } from "@perdure/sdk";

/** State of a virtual object: values by name, per key, as durable as the journal. */

interface Account {
  cents: number;
  owner: string;
}

export const account = object({
  name: "Account",
  handlers: {
    // The type argument names the keys: ctx.get("sents") would not compile.
    deposit: async (ctx: ObjectContext<Account>, cents: number) => {
      // No lock and no transaction: one handler at a time works on one key.
      const balance = ((await ctx.get("cents")) ?? 0) + cents;
      ctx.set("cents", balance);
      return balance;
    },

    rename: async (ctx: ObjectContext<Account>, owner: string) => {
      ctx.set("owner", owner);
    },

    close: async (ctx: ObjectContext<Account>) => {
      const names = await ctx.stateKeys();
      ctx.clearAll();
      return names;
    },

    /** Shared handlers run at any time, beside the others, and can only read. */
    statement: handlers.object.shared(async (ctx: ObjectSharedContext<Account>) => {
      const [owner, cents] = await Promise.all([ctx.get("owner"), ctx.get("cents")]);
      return `${owner ?? "nobody"} has ${cents ?? 0} cents in ${ctx.key}`;
    }),
  },
});
