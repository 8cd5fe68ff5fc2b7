import { type Context, service } from "@perdure/sdk";

/** The service that the files beside this one call, each knowing more or less of it. */
export const greeter = service({
  name: "Greeter",
  handlers: {
    greet: async (_ctx: Context, name: string) => `Hello, ${name}!`,
  },
});

export type Greeter = typeof greeter;
