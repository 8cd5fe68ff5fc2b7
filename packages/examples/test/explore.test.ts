import { rpc } from "@perdure/sdk/clients";
import { explore } from "@perdure/testing";
import { expect, it } from "vitest";
import { mailer } from "../src/order-app/mailer.ts";
import { type Order, order } from "../src/order-app/order.ts";
import { payments } from "../src/order-app/payments.ts";
import { stock } from "../src/order-app/stock.ts";
import { travelAgency, trip } from "../src/saga.ts";

/** The examples with every crash, suspension, cancellation and order: nobody may notice, or all is undone. */

it("an order is charged once, or not at all, whatever happens", { timeout: 120_000 }, async () => {
  const lines = [
    { item: "lamp", pieces: 1 },
    { item: "desk", pieces: 2 },
  ];
  const wanted: Order = { lines, cents: 500, remindAfterMs: 1000 };

  const { summary } = await explore({
    setup: () => {
      // Stands for the services of others, which do the same thing once, however often they are asked.
      const outside = new Set<string>();
      return {
        services: [order, payments, stock, mailer],
        runs: {
          "ask the bank": () => {
            outside.add("charged");
            return "accepted";
          },
          "give the money back": () => void outside.delete("charged"),
          "pack the parcel": () => void outside.add("packed"),
          "send the mail": () => void outside.add("mailed"),
        },
        effects: () => [...outside].sort(),
      };
    },
    scenario: async (engine) => {
      for (const { item, pieces } of lines) {
        await engine.client.objectClient(stock, item).deliver(pieces);
      }
      const client = engine.client.workflowClient(order, "order-1");
      await client.workflowSubmit(wanted);
      await engine.clock.advance({ seconds: 1 });
      await client.pickedUp("Ann");
      return await client.workflowAttach();
    },
    whenCancelled: ({ effects, state, cancelled }) => {
      if (!cancelled.includes("Order/order-1/run")) return;
      expect(effects).not.toContain("charged");
      expect(state["Order/order-1"]).toMatchObject({ status: "undone" });
      expect(state["Stock/lamp"]).toMatchObject({ free: 1 });
      expect(state["Stock/desk"]).toMatchObject({ free: 2 });
    },
  });

  expect(summary).not.toContain("CUT");
});

it.each([["hotel"], ["sold-out hotel"]])(
  "a trip with a %s is booked as a whole, or not at all",
  { timeout: 120_000 },
  async (hotel) => {
    await explore({
      setup: () => ({ services: [travelAgency, trip] }),
      scenario: async (engine) => {
        const wishes = ["train", hotel];
        const agency = engine.client.serviceSendClient(travelAgency);
        const booking = await agency.bookAll(
          { traveller: "Kim", wishes },
          rpc.sendOpts({ idempotencyKey: "trip-1" }),
        );
        await engine.clock.settle();
        await agency.sign({ booking: booking.invocationId, name: "Kim" });
        return await engine.client.result(booking).catch((error: Error) => error.message);
      },
      whenCancelled: ({ state }) => expect(state["Trip/Kim"]?.booked ?? []).toEqual([]),
    });
  },
);
