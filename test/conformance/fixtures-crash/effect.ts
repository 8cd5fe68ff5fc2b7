import { randomUUID } from "node:crypto";
import type { Context, RestatePromise } from "@perdure/sdk";
import { delay } from "../../support/eventually.ts";
import { writeLedger } from "./ledger.ts";

/** Tells one life of the endpoint's process from the next. */
export const PROCESS: string = `${process.pid}-${randomUUID().slice(0, 8)}`;

export function ledgerPath(): string {
  const path = process.env.LEDGER;
  if (path === undefined) throw new Error("the environment variable LEDGER must name the ledger's file");
  return path;
}

/**
 * A run whose side effect is seen in the ledger. Its result is a nonce that no
 * other execution has, so the journal says which execution it took.
 */
export function effect(ctx: Context, step: string, ms: number): RestatePromise<string> {
  const invocation = ctx.request().id;
  return ctx.run(step, async () => {
    const nonce = randomUUID();
    const entry = { process: PROCESS, invocation, step, nonce };
    writeLedger(ledgerPath(), { event: "start", ...entry });
    await delay(ms);
    writeLedger(ledgerPath(), { event: "end", ...entry });
    return nonce;
  });
}
