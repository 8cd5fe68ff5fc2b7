import { createEngine } from "@perdure/engine";
import { type Context, service } from "@perdure/sdk";
import { rpc } from "@perdure/sdk/clients";

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

// All that the engine knows is in this folder.
const engine = await createEngine({ services: [greeter], data: "greeter-data" });

// With the key it is safe to repeat: the handler runs once, every request gets its result.
const once = rpc.opts({ idempotencyKey: "greet-mary" });
console.log(await engine.client.serviceClient(greeter).greet("Mary", once));
await engine.close();
