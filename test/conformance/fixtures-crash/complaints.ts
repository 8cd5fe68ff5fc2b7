import type { LoggerTransport } from "@perdure/sdk";
import { ledgerPath, PROCESS } from "./effect.ts";
import { writeLedger } from "./ledger.ts";

/** To the ledger, where whoever verifies finds it. */
export function complain(level: string, message: string): void {
  writeLedger(ledgerPath(), { event: "complaint", process: PROCESS, level, message });
}

/** What the SDK complains about is a complaint. */
export const logComplaints: LoggerTransport = ({ level, context }, ...message) => {
  if (level !== "warn" && level !== "error") return;
  complain(level, [context?.invocationTarget, ...message].map(toText).join(" "));
};

function toText(value: unknown): string {
  return value instanceof Error ? (value.stack ?? value.message) : String(value);
}
