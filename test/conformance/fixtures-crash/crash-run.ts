import { join } from "node:path";
import { Random } from "../../determinism/random.ts";
import { adminClient } from "../../support/admin.ts";
import { type Child, startChild } from "../../support/child.ts";
import { delay, eventually } from "../../support/eventually.ts";
import { type RestateServer, startRestateServer } from "../../support/restate-server.ts";
import { bundleEndpoint, createTemporaryFolder } from "./bundle.ts";
import { connectRetrying, sendPlain } from "./drive.ts";
import { countUnfinished, readStored } from "./journaled.ts";
import { readLedger } from "./ledger.ts";
import { DRAIN_TIMEOUT_MS, type DrivenJob, resultsOf, startJobs, waitForProgress } from "./load.ts";
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

const PLAIN_SENDS_PER_ROUND_MAX = 3;
const KILL_DELAY_MAX_MS = 250;

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
  const jobs: Promise<DrivenJob>[] = [];
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
    jobs: await resultsOf(jobs, ledger),
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
