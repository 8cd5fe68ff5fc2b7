import { randomUUID } from "node:crypto";
import type { Context, RestatePromise, RunOptions } from "@perdure/sdk";
import { delay } from "../../support/eventually.ts";
import { writeLedger } from "./ledger.ts";

/** Tells one life of the endpoint's process from the next. */
export const PROCESS: string = `${process.pid}-${randomUUID().slice(0, 8)}`;

export function ledgerPath(): string {
  const path = process.env.LEDGER;
  if (path === undefined) throw new Error("the environment variable LEDGER must name the ledger's file");
  return path;
}

/** How the steps begin whose executions may fail, and so are repeated without a kill. */
export const FLAKY_STEP = "flaky-";

/** What an execution fails with that was meant to fail. */
export const FAILED_AS_PLANNED = "failed as planned";

export interface Flakiness {
  /** How probable it is that an execution fails, from 0 to below 1. */
  readonly failing: number;
  readonly options: RunOptions<string>;
}

/**
 * A run whose side effect is seen in the ledger. Its result is a nonce that no
 * other execution has, so the journal says which execution it took.
 */
export function effect(
  ctx: Context,
  step: string,
  ms: number,
  flakiness?: Flakiness,
): RestatePromise<string> {
  const invocation = ctx.request().id;
  const execute = async (): Promise<string> => {
    const nonce = randomUUID();
    const entry = { process: PROCESS, invocation, step, nonce };
    writeLedger(ledgerPath(), { event: "start", ...entry });
    await delay(ms);
    if (flakiness !== undefined && Math.random() < flakiness.failing) throw new Error(FAILED_AS_PLANNED);
    writeLedger(ledgerPath(), { event: "end", ...entry });
    return nonce;
  };
  return flakiness === undefined ? ctx.run(step, execute) : ctx.run(step, execute, flakiness.options);
}
