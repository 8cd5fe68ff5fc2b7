import { type Context, serve, service } from "@perdure/sdk";

const greeter = service({
  name: "Greeter",
  handlers: {
    greet: async (ctx: Context, name: string) => {
      // Runs once, whatever happens afterwards: its result is in the journal.
      const sign = await ctx.run("ask the stars", () => (Math.random() < 0.5 ? "lion" : "fish"));
      // Waits for a second, even if the process dies and another one goes on.
      await ctx.sleep({ seconds: 1 });
      return `Hello, ${name}! You are a ${sign}.`;
    },
  },
});

const { port } = await serve({ services: [greeter] });
console.log(`ready ${port}`);
