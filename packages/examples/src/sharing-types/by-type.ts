import { type Context, service } from "@perdure/sdk";
import type { Greeter } from "./greeter.ts";

/** Only the type. `import type` leaves no trace at run time, so the name has to be given. */
export const byType = service({
  name: "ByType",
  handlers: {
    greet: async (ctx: Context, name: string) =>
      await ctx.serviceClient<Greeter>({ name: "Greeter" }).greet(name),
  },
});
