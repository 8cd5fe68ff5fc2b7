import { join } from "node:path";
import { adminClient } from "../../support/admin.ts";
import { bundleOne } from "../../support/bundle.ts";
import { type Child, startChild } from "../../support/child.ts";
import { delay, eventually } from "../../support/eventually.ts";
import { type RestateServer, startRestateServer } from "../../support/restate-server.ts";
import { createTemporaryFolder } from "../../support/temporary-folder.ts";
import { countUnfinished, readStored } from "./journaled.ts";
import { readLedger } from "./ledger.ts";
import { DRAIN_TIMEOUT_MS } from "./load.ts";
import { type CrashReport, reportOn } from "./report.ts";
import { runRounds } from "./rounds.ts";
import type { Outcome } from "./verify.ts";

/** The endpoint that crashes. */
export const ENDPOINT = new URL("./endpoint.ts", import.meta.url);

export interface CrashRunOptions {
  readonly seed: number;
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

/** Kills under load, by the seed; waits until all is done; throws if anything is not as it would be without kills. */
export async function crashRun(options: CrashRunOptions): Promise<CrashReport> {
  const startedAtMs = Date.now();
  const folder = createTemporaryFolder();
  const ledger = join(folder.path, "ledger");
  const server = await startRestateServer({
    ...(options.inactivityTimeout === undefined ? {} : { inactivityTimeout: options.inactivityTimeout }),
    // The default is to give up after 70 attempts, which a long run may need.
    env: { RESTATE_DEFAULT_RETRY_POLICY__MAX_ATTEMPTS: "unlimited" },
  });
  let endpoint: Child | undefined;
  try {
    const processes = {
      server,
      endpoint: await startChild(await bundleOne(folder, ENDPOINT), { env: { LEDGER: ledger } }),
    };
    endpoint = processes.endpoint;
    const admin = adminClient(server.adminUrl);
    await admin.registerDeployment(endpoint.url, { useHttp11: options.useHttp11 ?? false });
    const work = await runRounds({
      seed: options.seed,
      rounds: options.rounds,
      ingressUrl: server.ingressUrl,
      ledger,
      crash: async (random, pauseMs) =>
        await crash(processes, random.pick(options.victims) ?? "endpoint", pauseMs),
    });
    await eventually(
      async () => {
        const unfinished = await countUnfinished(admin);
        if (unfinished > 0) throw new Error(`${unfinished} invocations have not come to an end`);
      },
      { timeoutMs: DRAIN_TIMEOUT_MS },
    );
    return reportOn({ ...work, stored: await readStored(admin), ledger: readLedger(ledger) }, startedAtMs);
  } finally {
    await Promise.all([endpoint?.stop(), server.stop()]);
    folder.remove();
  }
}

interface Processes {
  readonly server: RestateServer;
  readonly endpoint: Child;
}

async function crash(
  { server, endpoint }: Processes,
  victim: Victim,
  pauseMs: number,
): Promise<keyof Outcome["killed"]> {
  if (!endpoint.isRunning()) throw new Error(`the endpoint ended by itself:\n${endpoint.output()}`);
  const process = victim === "server" ? server : endpoint;
  if (victim === "polite endpoint") await endPolitely(endpoint);
  else await process.kill();
  await delay(pauseMs);
  await process.restart();
  return KILLED[victim];
}

const KILLED: Readonly<Record<Victim, keyof Outcome["killed"]>> = {
  endpoint: "endpoints",
  "polite endpoint": "polite",
  server: "servers",
};

async function endPolitely(endpoint: Child): Promise<void> {
  await endpoint.stop();
  const how = await endpoint.exited();
  if (how !== "exit code 0") throw new Error(`the endpoint did not end by itself but by ${how}`);
}
