import { fileURLToPath } from "node:url";
import { createTestEngine, saveJournal } from "@perdure/testing";
import { mailer } from "../src/order-app/mailer.ts";
import { order } from "../src/order-app/order.ts";
import { payments } from "../src/order-app/payments.ts";
import { stock } from "../src/order-app/stock.ts";

/**
 * Records what the order application does, for `journals.test.ts`: one order that is shipped,
 * one that is cancelled, and one that cannot be paid. Run it when invocations in flight may
 * have journals of a new shape: `node_modules/.bin/tsx packages/examples/test/record-journals.ts`.
 */
const folder = fileURLToPath(new URL("../journals", import.meta.url));
const services = [order, payments, stock, mailer];

await using engine = await createTestEngine({ services, time: "manual" });
await engine.stateOf(stock, "lamp").set("free", 5);
const lamps = { lines: [{ item: "lamp", pieces: 2 }], remindAfterMs: 60_000 };

const shipped = engine.client.workflowClient(order, "shipped");
const sent = [await shipped.workflowSubmit({ ...lamps, cents: 4200 })];
await engine.clock.settle();
await engine.clock.advance({ minutes: 2 });
await shipped.pickedUp("Ann");

const cancelled = engine.client.workflowClient(order, "cancelled");
sent.push(await cancelled.workflowSubmit({ ...lamps, cents: 4200 }));
await engine.clock.settle();
await cancelled.cancel();

const declined = engine.client.workflowClient(order, "declined");
sent.push(await declined.workflowSubmit({ ...lamps, cents: 200_000 }));
await engine.clock.settle();

for (const submission of sent) await saveJournal(folder, await engine.journal(submission));
for (const service of ["Payments", "Stock", "Mailer"]) {
  const [first] = await engine.invocations({ service, status: "succeeded" });
  if (first !== undefined) await saveJournal(folder, await engine.journal(first));
}
