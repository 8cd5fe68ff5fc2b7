import { statSync } from "node:fs";
import { join } from "node:path";
import type { Ingress } from "@perdure/sdk/clients";
import { Random } from "../../determinism/random.ts";
import { adminClient } from "../../support/admin.ts";
import { type Child, startChild } from "../../support/child.ts";
import { delay, eventually } from "../../support/eventually.ts";
import { type RestateServer, startRestateServer } from "../../support/restate-server.ts";
import { bundleEndpoint, createTemporaryFolder } from "./bundle.ts";
import { connectRetrying, driveJob, sendPlain } from "./drive.ts";
import { countUnfinished, readStored } from "./journaled.ts";
import { readLedger } from "./ledger.ts";
import { type Job, planJob } from "./plan.ts";
import { type EffectCounts, type Outcome, verify } from "./verify.ts";

export interface CrashRunOptions {
  readonly seed: number;
  /** Each is: new jobs, a while, a kill, a pause, a restart. */
  readonly rounds: number;
  /** What may be killed in a round. */
  readonly victims: readonly Victim[];
  /** 0 suspends handlers at every await. */
  readonly inactivityTimeout?: number;
  /** Requests and responses instead of streams: each await ends an attempt. */
  readonly useHttp11?: boolean;
}

/** `polite endpoint` is not killed but ends as it is asked to by SIGTERM. */
export type Victim = "endpoint" | "polite endpoint" | "server";

export interface CrashReport extends EffectCounts {
  readonly jobs: number;
  readonly invocations: number;
  readonly plainSends: string;
  readonly killed: Outcome["killed"];
  readonly seconds: number;
}

const JOBS_PER_ROUND_MAX = 8;
const PLAIN_SENDS_PER_ROUND_MAX = 3;
const KILL_DELAY_MAX_MS = 250;
/** A process that does nothing for so long is killed all the same. The server takes longer with each kill. */
const PROGRESS_TIMEOUT_MS = 15_000;
const DRAIN_TIMEOUT_MS = 60_000;

/** Kills under load, by the seed; waits until all is done; throws if anything is not as it would be without kills. */
export async function crashRun(options: CrashRunOptions): Promise<CrashReport> {
  const started = Date.now();
  const folder = createTemporaryFolder();
  const ledger = join(folder.path, "ledger");
  const server = await startRestateServer({
    ...(options.inactivityTimeout === undefined ? {} : { inactivityTimeout: options.inactivityTimeout }),
    // The default is to give up after 70 attempts, which a long run may need.
    env: { RESTATE_DEFAULT_RETRY_POLICY__MAX_ATTEMPTS: "unlimited" },
  });
  let endpoint: Child | undefined;
  try {
    endpoint = await startChild(await bundleEndpoint(folder), { env: { LEDGER: ledger } });
    const admin = adminClient(server.adminUrl);
    await admin.registerDeployment(endpoint.url, { useHttp11: options.useHttp11 ?? false });
    const work = await runRounds({ server, endpoint, ledger, options });
    await eventually(
      async () => {
        const unfinished = await countUnfinished(admin);
        if (unfinished > 0) throw new Error(`${unfinished} invocations have not come to an end`);
      },
      { timeoutMs: DRAIN_TIMEOUT_MS },
    );
    const stored = await readStored(admin);
    const counts = verify({ ...work, stored, ledger: readLedger(ledger) });
    return {
      ...counts,
      jobs: work.jobs.length,
      invocations: [...stored.invocations.values()].reduce((sum, count) => sum + count, 0),
      plainSends: `${work.plainSends.acknowledged.length} of ${work.plainSends.sent} acknowledged`,
      killed: work.killed,
      seconds: Math.round((Date.now() - started) / 100) / 10,
    };
  } finally {
    await Promise.all([endpoint?.stop(), server.stop()]);
    folder.remove();
  }
}

interface Rounds {
  readonly server: RestateServer;
  readonly endpoint: Child;
  readonly ledger: string;
  readonly options: CrashRunOptions;
}

async function runRounds({
  server,
  endpoint,
  ledger,
  options,
}: Rounds): Promise<Omit<Outcome, "stored" | "ledger">> {
  const random = new Random(options.seed);
  const ingress = connectRetrying(server.ingressUrl);
  const jobs: Promise<{ job: Job; nonces: readonly string[] }>[] = [];
  const plain: Promise<boolean>[] = [];
  const killed = { endpoints: 0, servers: 0, polite: 0 };
  for (let round = 0; round < options.rounds; round++) {
    startJobs(random, ingress, jobs);
    // Mostly in the middle of work, at times before a new process has come to anything.
    if (random.chance(0.85)) await waitForProgress(ledger);
    for (let left = random.below(PLAIN_SENDS_PER_ROUND_MAX + 1); left > 0; left--) {
      plain.push(sendPlain(server.ingressUrl, plain.length));
    }
    await delay(random.below(KILL_DELAY_MAX_MS));
    if (!endpoint.isRunning()) throw new Error(`the endpoint ended by itself:\n${endpoint.output()}`);
    const victim = options.victims[random.below(options.victims.length)] ?? "endpoint";
    const pauseMs = random.chance(0.5) ? 0 : random.below(200);
    if (victim === "server") {
      killed.servers++;
      await server.kill();
      await delay(pauseMs);
      await server.restart();
    } else {
      await endEndpoint(endpoint, victim);
      killed[victim === "endpoint" ? "endpoints" : "polite"]++;
      await delay(pauseMs);
      await endpoint.restart();
    }
  }
  const sent = await Promise.all(plain);
  return {
    jobs: await Promise.race([Promise.all(jobs), tooLate(ledger)]),
    plainSends: { sent: sent.length, acknowledged: sent.flatMap((ok, n) => (ok ? [n] : [])) },
    killed,
  };
}

async function endEndpoint(endpoint: Child, victim: "endpoint" | "polite endpoint"): Promise<void> {
  if (victim === "endpoint") return await endpoint.kill();
  await endpoint.stop();
  const how = await endpoint.exited();
  if (how !== "exit code 0") throw new Error(`the endpoint did not end by itself but by ${how}`);
}

function startJobs(
  random: Random,
  ingress: Ingress,
  jobs: Promise<{ job: Job; nonces: readonly string[] }>[],
): void {
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
async function tooLate(ledger: string): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, DRAIN_TIMEOUT_MS).unref());
  const complaints = readLedger(ledger).filter(({ event }) => event === "complaint");
  const last = complaints.slice(-3).map((entry) => JSON.stringify(entry));
  throw new Error(
    `jobs have no result ${DRAIN_TIMEOUT_MS} ms after the last kill; the endpoint said: ${last}`,
  );
}

/** Waits for the next side effect. */
async function waitForProgress(ledger: string): Promise<void> {
  const before = sizeOf(ledger);
  const deadline = Date.now() + PROGRESS_TIMEOUT_MS;
  while (sizeOf(ledger) === before && Date.now() < deadline) await delay(5);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
