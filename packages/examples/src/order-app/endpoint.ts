import { serve } from "@perdure/sdk";
import { mailer } from "./mailer.ts";
import { order } from "./order.ts";
import { payments } from "./payments.ts";
import { stock } from "./stock.ts";

/** The order application as a process of its own. Its port is that of the environment's PORT, else 9080. */
const { port } = await serve({ services: [payments, stock, order, mailer] });

// For whoever started this process.
console.log(`ready ${port}`);
