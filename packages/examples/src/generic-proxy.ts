import { type Context, serde, service } from "@perdure/sdk";

/** Calls to handlers that are known by name only: a gateway that looks into nothing. */

interface Route {
  service: string;
  handler: string;
  key?: string;
  body: unknown;
}

export const gateway = service({
  name: "Gateway",
  handlers: {
    call: async (ctx: Context, { service, handler, key, body }: Route) =>
      await ctx.genericCall({
        service,
        method: handler,
        parameter: body,
        // Without a key it is a service's handler.
        ...(key !== undefined && { key }),
        // Without serdes both are plain bytes.
        inputSerde: serde.json,
        outputSerde: serde.json,
      }),

    sendLater: async (
      ctx: Context,
      { service, handler, key, body, delayMs }: Route & { delayMs: number },
    ) => {
      const sent = ctx.genericSend({
        service,
        method: handler,
        parameter: body,
        ...(key !== undefined && { key }),
        inputSerde: serde.json,
        delay: { milliseconds: delayMs },
      });
      return await sent.invocationId;
    },
  },
});
