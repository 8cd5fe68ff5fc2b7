import { fileURLToPath } from "node:url";
import { type Context, service } from "@perdure/sdk";
import { ReplayAllError, replayAll } from "@perdure/testing";
import { expect, it } from "vitest";
import { mailer } from "../src/order-app/mailer.ts";
import { order } from "../src/order-app/order.ts";
import { bank } from "../src/order-app/outside.ts";
import { type Charge, payments } from "../src/order-app/payments.ts";
import { stock } from "../src/order-app/stock.ts";

/** The gate: what invocations of the order application have recorded, the code of today goes through as well. */

const journals = fileURLToPath(new URL("../journals", import.meta.url));

it("does not break orders in flight", async () => {
  const replayed = await replayAll([order, payments, stock, mailer], journals);
  expect(replayed.length).toBe(6);
});

it("would break them if the bank were asked under another name", async () => {
  const renamed = service({
    name: "Payments",
    handlers: {
      charge: async (ctx: Context, { orderId, cents }: Charge) => {
        const key = ctx.rand.uuidv4();
        await ctx.run("charge the card", () => bank.charge(key, orderId, cents));
        return key;
      },
    },
  });

  const error: unknown = await replayAll([order, renamed, stock, mailer], journals).catch((thrown) => thrown);

  expect(error).toBeInstanceOf(ReplayAllError);
  expect(String(error)).toContain("1 of 6 recorded journals do not replay");
  expect(String(error)).toContain('name: the journal holds "ask the bank", the code tried "charge the card"');
  expect(String(error)).toMatch(/at .*journals\.test\.ts:26:/);
});
