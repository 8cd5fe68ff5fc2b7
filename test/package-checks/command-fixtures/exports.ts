import { type Context, type ObjectContext, object, service } from "@perdure/sdk";

export const greeter = service({
  name: "Greeter",
  handlers: {
    greet: async (_ctx: Context, name: string) => `Hello, ${name}!`,
  },
});

export const counters: readonly unknown[] = [
  object({
    name: "Counter",
    handlers: {
      add: async (ctx: ObjectContext, amount: number) => {
        const value = ((await ctx.get<number>("value")) ?? 0) + amount;
        ctx.set("value", value);
        return value;
      },
    },
  }),
];

export default service({
  name: "Desk",
  handlers: {
    approve: async (ctx: Context) => {
      const { id, promise } = ctx.awakeable<string>();
      await ctx.run("ask", () => console.log(`asked ${id}`));
      return `${await promise}, stamped in blue`;
    },
  },
});
