import { type Context, type ObjectContext, object, rpc, service } from "@perdure/sdk";

/** Handlers call other handlers. Calls are answered, sends are not waited for; both happen exactly once. */

export const prices = service({
  name: "Prices",
  handlers: {
    of: async (_ctx: Context, item: string) => item.length * 100,
  },
});

export const cart = object({
  name: "Cart",
  handlers: {
    add: async (ctx: ObjectContext<{ items: string[] }>, item: string) => {
      const items = [...((await ctx.get("items")) ?? []), item];
      ctx.set("items", items);
      return items;
    },
  },
});

export const shop = service({
  name: "Shop",
  handlers: {
    putIntoCart: async (ctx: Context, { user, item }: { user: string; item: string }) => {
      // A call: the types of argument and result come from the definition.
      const cents = await ctx.serviceClient(prices).of(item);

      // Calls to one key run one after another, in the order in which they were made.
      const items = await ctx.objectClient(cart, user).add(item);

      // A send returns at once, and arrives even if this process dies on the next line.
      const sent = ctx.objectSendClient(cart, `${user}-wishes`).add(item);

      // Both kinds have an invocation id, and take options.
      const again = ctx.serviceClient(prices).of(item, rpc.opts({ headers: { currency: "eur" } }));
      return {
        cents: Math.min(cents, await again),
        items,
        sentAs: await sent.invocationId,
      };
    },
  },
});
