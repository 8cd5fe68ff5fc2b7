import { type Context, service } from "@perdure/sdk";
import type { OrderWorkflow } from "./order.ts";
import { mail } from "./outside.ts";

export const mailer = service({
  name: "Mailer",
  handlers: {
    /** Sent with a delay when the parcel is packed. By now it may have been picked up. */
    remindCourier: async (ctx: Context, orderId: string): Promise<void> => {
      // Only the type is imported, since the workflow imports this file.
      const status = await ctx.workflowClient<OrderWorkflow>({ name: "Order" }, orderId).status();
      if (status === "packed") await ctx.run("send the mail", () => mail.send(orderId));
    },
  },
});
