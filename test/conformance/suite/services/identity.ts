import { type Context, type EndpointOptions, service } from "@perdure/sdk";

/** An application that answers only those who hold the private key of one of these. */
export function privateTo(identityKeys: readonly string[]): EndpointOptions {
  return {
    services: [
      service({
        name: "Private",
        handlers: {
          hello: async (ctx: Context) => {
            await ctx.sleep(1);
            return "hello";
          },
        },
      }),
    ],
    identityKeys: [...identityKeys],
    logger: () => {},
  };
}
