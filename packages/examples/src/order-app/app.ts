import { createEngine } from "@perdure/engine";
import { mailer } from "./mailer.ts";
import { order } from "./order.ts";
import { payments } from "./payments.ts";
import { stock } from "./stock.ts";

/**
 * The order application with its engine in one process. All that it knows is in the folder
 * of the environment's ORDER_DATA; its port is that of PORT, else 8080.
 */
const engine = await createEngine({
  services: [payments, stock, order, mailer],
  data: process.env.ORDER_DATA ?? "order-data",
});
const { port } = await engine.listen({ port: Number(process.env.PORT ?? 8080) });
process.once("SIGTERM", () => void engine.close().then(() => process.exit(0)));

// For whoever started this process.
console.log(`ready ${port}`);
