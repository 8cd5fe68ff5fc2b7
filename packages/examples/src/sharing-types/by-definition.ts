import { type Context, service } from "@perdure/sdk";
import { greeter } from "./greeter.ts";

/** The definition itself: name, types and serdes, and with them the implementation's code. */
export const byDefinition = service({
  name: "ByDefinition",
  handlers: {
    greet: async (ctx: Context, name: string) => await ctx.serviceClient(greeter).greet(name),
  },
});
