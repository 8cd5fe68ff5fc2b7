import { type Context, serve, service } from "@perdure/sdk";

const greeter = service({
  name: "Greeter",
  handlers: {
    greet: async (ctx: Context, name: string) => {
      // Happens once: from then on its result is in the journal.
      const sign = await ctx.run("ask the stars", () => {
        console.log("Asking the stars...");
        return Math.random() < 0.5 ? "lion" : "fish";
      });
      // Five seconds in all, also if the process dies and another one goes on.
      await ctx.sleep({ seconds: 5 });
      return `Hello, ${name}! You are a ${sign}.`;
    },
  },
});

const { port } = await serve({ services: [greeter] });
console.log(`ready ${port}`);
