import { statSync } from "node:fs";
import type { Ingress } from "@perdure/sdk/clients";
import type { Random } from "../../determinism/random.ts";
import { delay } from "../../support/eventually.ts";
import { driveJob } from "./drive.ts";
import { readLedger } from "./ledger.ts";
import { type Job, planJob } from "./plan.ts";

/** A job with the nonces in the result that its clients got. */
export interface DrivenJob {
  readonly job: Job;
  readonly nonces: readonly string[];
}

const JOBS_PER_ROUND_MAX = 8;
/** A process that does nothing for so long is killed all the same. The server takes longer with each kill. */
const PROGRESS_TIMEOUT_MS = 15_000;
/** How long the rest of the work may take after the last kill. */
export const DRAIN_TIMEOUT_MS = 60_000;

/** Adds some new jobs to `jobs`, and has clients ask for them. */
export function startJobs(random: Random, ingress: Ingress, jobs: Promise<DrivenJob>[]): void {
  for (let left = 1 + random.below(JOBS_PER_ROUND_MAX); left > 0; left--) {
    const job = planJob(random, jobs.length);
    const driven = driveJob(ingress, job).then(
      (nonces) => ({ job, nonces }),
      (cause: unknown) => {
        throw new Error(`${job.id} failed: ${String(cause)}`, { cause });
      },
    );
    // Awaited only when all rounds are over.
    driven.catch(() => {});
    jobs.push(driven);
  }
}

/** Rejects when jobs should have ended long ago, with what the endpoint said about it. */
export async function resultsOf(jobs: readonly Promise<DrivenJob>[], ledger: string): Promise<DrivenJob[]> {
  return await Promise.race([Promise.all(jobs), tooLate(ledger)]);
}

async function tooLate(ledger: string): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, DRAIN_TIMEOUT_MS).unref());
  const complaints = readLedger(ledger).filter(({ event }) => event === "complaint");
  const last = complaints.slice(-3).map((entry) => JSON.stringify(entry));
  throw new Error(
    `jobs have no result ${DRAIN_TIMEOUT_MS} ms after the last kill; the endpoint said: ${last}`,
  );
}

/** Waits for the next side effect. False if there is none for too long. */
export async function waitForProgress(ledger: string): Promise<boolean> {
  const before = sizeOf(ledger);
  const deadline = Date.now() + PROGRESS_TIMEOUT_MS;
  while (sizeOf(ledger) === before && Date.now() < deadline) await delay(5);
  return sizeOf(ledger) !== before;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
