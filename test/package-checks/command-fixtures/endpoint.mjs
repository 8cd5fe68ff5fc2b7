// An endpoint of its own, to be registered.
import { object, serve } from "@perdure/sdk";

const counter = object({
  name: "Counter",
  handlers: {
    add: async (ctx, amount) => {
      const value = ((await ctx.get("value")) ?? 0) + amount;
      ctx.set("value", value);
      return value;
    },
  },
});

console.log(`ready ${await serve({ services: [counter] })}`);
