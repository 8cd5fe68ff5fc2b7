import { service } from "@perdure/sdk";

/** What the same test is made of in every runner. */
export const greeter = service({
  name: "greeter",
  handlers: {
    greet: async (ctx, name) => {
      const greeting = await ctx.run("greeting", () => "Hello");
      await ctx.sleep({ days: 30 });
      return { text: `${greeting}, ${name}!`, bytes: [...new TextEncoder().encode(name)] };
    },
    fail: async () => {
      throw new Error("not yet");
    },
  },
});
