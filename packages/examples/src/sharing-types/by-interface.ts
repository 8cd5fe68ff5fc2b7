import { type Context, service } from "@perdure/sdk";

/** An interface written by hand: for services in other languages, or out of reach. */
interface Greeter {
  greet(ctx: unknown, name: string): Promise<string>;
}

export const byInterface = service({
  name: "ByInterface",
  handlers: {
    greet: async (ctx: Context, name: string) =>
      await ctx.serviceClient<Greeter>({ name: "Greeter" }).greet(name),
  },
});
