import { handlers, type ObjectContext, type ObjectSharedContext, object, TerminalError } from "@perdure/sdk";

interface Shelf {
  free: number;
  /** How many pieces are put aside, by order. */
  held: Record<string, number>;
}

/** A virtual object: one per item, with state, and its handlers run one at a time. */
export const stock = object({
  name: "Stock",
  handlers: {
    deliver: async (ctx: ObjectContext<Shelf>, pieces: number) => {
      ctx.set("free", ((await ctx.get("free")) ?? 0) + pieces);
    },

    reserve: async (ctx: ObjectContext<Shelf>, { orderId, pieces }: { orderId: string; pieces: number }) => {
      const free = (await ctx.get("free")) ?? 0;
      if (free < pieces) throw new TerminalError(`only ${free} of ${ctx.key} left`, { errorCode: 409 });
      ctx.set("free", free - pieces);
      ctx.set("held", { ...(await ctx.get("held")), [orderId]: pieces });
    },

    /** Puts back what the order holds, which may be nothing: safe to call at any time, any number of times. */
    release: async (ctx: ObjectContext<Shelf>, orderId: string) => {
      const { [orderId]: pieces = 0, ...others } = (await ctx.get("held")) ?? {};
      ctx.set("free", ((await ctx.get("free")) ?? 0) + pieces);
      ctx.set("held", others);
    },

    /** Shared: reads only, and waits for nobody. */
    free: handlers.object.shared(async (ctx: ObjectSharedContext<Shelf>) => (await ctx.get("free")) ?? 0),
  },
});
