// The service is a package. For its types it is enough to have it among the dev dependencies.
import type { Greeter } from "@perdure/examples/greeter";
import { type Context, service } from "@perdure/sdk";

export const byPackage = service({
  name: "ByPackage",
  handlers: {
    greet: async (ctx: Context, name: string) =>
      await ctx.serviceClient<Greeter>({ name: "Greeter" }).greet(name),
  },
});
