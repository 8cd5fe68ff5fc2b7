import {
  type InvocationId,
  rpc,
  TerminalError,
  type WorkflowContext,
  type WorkflowSharedContext,
  workflow,
} from "@perdure/sdk";
import { mailer } from "./mailer.ts";
import { packingStation } from "./outside.ts";
import { payments } from "./payments.ts";
import { stock } from "./stock.ts";

export interface Order {
  readonly lines: readonly { readonly item: string; readonly pieces: number }[];
  readonly cents: number;
  readonly remindAfterMs: number;
}

export interface Receipt {
  readonly payment: string;
  readonly courier: string;
}

interface Progress {
  status: "reserving" | "charging" | "packing" | "packed" | "shipped" | "undone";
  invocation: InvocationId;
}

/** A workflow: `run` runs once per order id, to its end, whatever dies on the way. */
export const order = workflow({
  name: "Order",
  handlers: {
    run: async (ctx: WorkflowContext<Progress>, { lines, cents, remindAfterMs }: Order): Promise<Receipt> => {
      const orderId = ctx.key;
      // What takes back the steps done so far. Noted before each step, as a step may be cut off half done.
      const undo: (() => Promise<void>)[] = [];
      ctx.set("invocation", ctx.request().id);
      try {
        ctx.set("status", "reserving");
        // Plain Promise.all: all shelves at once, and a replay sees the same order of events.
        await Promise.all(
          lines.map(({ item, pieces }) => {
            const shelf = ctx.objectClient(stock, item);
            undo.push(() => shelf.release(orderId));
            return shelf.reserve({ orderId, pieces });
          }),
        );

        ctx.set("status", "charging");
        undo.push(() => ctx.serviceClient(payments).refund(orderId));
        const payment = await ctx.serviceClient(payments).charge({ orderId, cents });

        ctx.set("status", "packing");
        await ctx.run("pack the parcel", () => packingStation.pack(orderId));

        ctx.set("status", "packed");
        ctx
          .serviceSendClient(mailer)
          .remindCourier(orderId, rpc.sendOpts({ delay: { milliseconds: remindAfterMs } }));
        const courier = await ctx.promise<string>("picked up");

        ctx.set("status", "shipped");
        return { payment, courier };
      } catch (error) {
        // A cancellation is a terminal error too, and after it ctx works as before.
        if (!(error instanceof TerminalError)) throw error;
        for (const step of undo.reverse()) await step();
        ctx.set("status", "undone");
        throw error;
      }
    },

    pickedUp: async (ctx: WorkflowSharedContext<Progress>, courier: string) => {
      await ctx.promise<string>("picked up").resolve(courier);
    },

    cancel: async (ctx: WorkflowSharedContext<Progress>) => {
      const invocation = await ctx.get("invocation");
      if (invocation === null) throw new TerminalError(`there is no order ${ctx.key}`, { errorCode: 404 });
      ctx.invocation(invocation).cancel();
    },

    status: async (ctx: WorkflowSharedContext<Progress>) => (await ctx.get("status")) ?? "unknown",
  },
});

export type OrderWorkflow = typeof order;
