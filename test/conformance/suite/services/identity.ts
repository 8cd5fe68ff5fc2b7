import { type Context, type EndpointOptions, service } from "@perdure/sdk";

/** An application that answers only those who hold the private key of one of these. */
export const endpointOptions: EndpointOptions = {
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
  identityKeys: (process.env.IDENTITY_KEYS ?? "").split(","),
};
