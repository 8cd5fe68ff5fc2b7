import { serve } from "@perdure/sdk";
import { announceReady, portFromEnvironment } from "../../support/ready.ts";
import { ledgerPath, PROCESS } from "./effect.ts";
import { writeLedger } from "./ledger.ts";
import { services } from "./services.ts";

/** The endpoint that is killed. What its SDK complains about goes to the ledger. */
const endpoint = await serve({
  services: [...services],
  port: portFromEnvironment(),
  logger: ({ level, context }, ...message) => {
    if (level !== "warn" && level !== "error") return;
    const text = [context?.invocationTarget, ...message].map(toText).join(" ");
    writeLedger(ledgerPath(), { event: "complaint", process: PROCESS, level, message: text });
  },
});
announceReady(endpoint.port);
process.once("SIGTERM", () => void endpoint.close().then(() => process.exit(0)));

function toText(value: unknown): string {
  return value instanceof Error ? (value.stack ?? value.message) : String(value);
}
