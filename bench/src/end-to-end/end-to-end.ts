import type { GroupOptions } from "../group-options.ts";
import { Collector } from "../measure/collector.ts";
import type { RatioOf, ResultTable, Target } from "../measure/results.ts";
import { alternate } from "../measure/rounds.ts";
import type { Bundles } from "../subjects/bundle.ts";
import type { Usage } from "../subjects/control.ts";
import { createJobs, type Job } from "./jobs.ts";
import { applyLoad } from "./load.ts";
import {
  ENGINE_ALONE,
  ENGINE_ENDPOINT,
  SERVER_OFFICIAL,
  SERVER_OURS,
  SYSTEMS,
  type System,
  type SystemFiles,
  startSystem,
} from "./systems.ts";

/** Requests over HTTP, from a client that is the same for all, through to a durable result and back. */

const THROUGHPUT_AT_LEAST: Target = { atLeast: 5 };
const LATENCY_AT_MOST: Target = { atMost: 0.4 };
const MEMORY_AT_MOST: Target = { atMost: 0.5 };
const ROUNDS = 3;
/** Before each turn, as a part of it. */
const WARM_UP = 0.25;
const MEBIBYTE = 2 ** 20;

const RATIOS: readonly RatioOf[] = [
  { subject: ENGINE_ALONE, reference: SERVER_OFFICIAL },
  { subject: ENGINE_ENDPOINT, reference: SERVER_OFFICIAL },
  { subject: SERVER_OURS, reference: SERVER_OFFICIAL },
];

interface Measured {
  readonly system: System;
  readonly jobs: readonly Job[];
  nextIndex: number;
}

interface Tables {
  readonly rate: Collector;
  readonly p50: Collector;
  readonly p99: Collector;
  readonly engineCpu: Collector;
  readonly endpointCpu: Collector;
  readonly memory: Collector;
}

interface Turn {
  readonly index: number;
  readonly connections: number;
}

export async function measureEndToEnd(bundles: Bundles, options: GroupOptions): Promise<ResultTable[]> {
  const files: SystemFiles = {
    ours: await bundles.make({ entry: "./ours.ts" }),
    official: await bundles.make({ entry: "./official.ts" }),
    engine: await bundles.make({ entry: "./engine.ts" }),
  };
  const tables: Tables = {
    rate: new Collector("throughput", "invocations per second"),
    p50: new Collector("latency, p50", "ms"),
    p99: new Collector("latency, p99", "ms"),
    engineCpu: new Collector("CPU of the server or engine", "us per invocation"),
    endpointCpu: new Collector("CPU of the endpoint", "us per invocation"),
    memory: new Collector("resident memory after all of it", "MiB"),
  };
  const measured: Measured[] = [];
  try {
    for (const name of SYSTEMS) {
      measured.push({ system: await startSystem(name, files), jobs: createJobs(), nextIndex: 0 });
    }
    await measureAll(measured, tables, options);
    for (const { system, jobs } of measured) {
      for (const job of jobs) job.finish();
      await addMemory(system, tables.memory);
    }
  } finally {
    await Promise.all(measured.map(({ system }) => system.stop()));
  }
  return Object.values(tables).map((collector: Collector) => collector.toTable(SYSTEMS, RATIOS));
}

async function measureAll(
  measured: readonly Measured[],
  tables: Tables,
  { quick, budget, only = "" }: GroupOptions,
): Promise<void> {
  const turns = createJobs().flatMap(({ name, connections }, index) =>
    (quick ? [1, 4] : connections)
      .map((count): Turn => ({ index, connections: count }))
      .filter(({ connections }) => nameOf(name, connections).includes(only)),
  );
  const rounds = quick ? 1 : ROUNDS;
  const seconds = budget.seconds / (turns.length * measured.length * rounds * (1 + WARM_UP));
  await alternate(measured, { seconds: 0, roundsMin: rounds, roundsMax: rounds }, async (order) => {
    for (const turn of turns) {
      for (const each of order) await takeTurn(each, turn, { seconds, tables });
    }
  });
}

async function takeTurn(
  measured: Measured,
  { index, connections }: Turn,
  { seconds, tables }: { seconds: number; tables: Tables },
): Promise<void> {
  const { system, jobs } = measured;
  const job = jobs[index] as Job;
  const run = async (duration: number) => {
    const { nextIndex: firstIndex } = measured;
    const options = { url: system.ingressUrl, job, connections, firstIndex, requestsMin: 1 };
    const load = await applyLoad({ ...options, seconds: duration });
    measured.nextIndex += load.requests;
    return load;
  };
  if (seconds > 0) await run(seconds * WARM_UP);
  const before = await usagesOf(system);
  const load = await run(seconds);
  const after = await usagesOf(system);

  const subject = system.name;
  const work = nameOf(job.name, connections);
  const alone = connections === 1;
  const rateTarget = alone ? undefined : THROUGHPUT_AT_LEAST;
  tables.rate.add({ work, subject, figure: load.perSecond, target: rateTarget });
  tables.p50.add({ work, subject, figure: load.p50Ms, target: alone ? LATENCY_AT_MOST : undefined });
  tables.p99.add({ work, subject, figure: load.p99Ms });
  for (const [place, { role }] of system.processes.entries()) {
    const micros = (after[place] as Usage).cpuMicros - (before[place] as Usage).cpuMicros;
    const table = role === "engine" ? tables.engineCpu : tables.endpointCpu;
    table.add({ work, subject, figure: micros / load.requests });
  }
}

function nameOf(job: string, connections: number): string {
  return `${job}, ${connections} at a time`;
}

function usagesOf({ processes }: System): Promise<Usage[]> {
  return Promise.all(processes.map((process) => process.usage()));
}

async function addMemory(system: System, memory: Collector): Promise<void> {
  const usages = await usagesOf(system);
  const total = usages.reduce((sum, { rssBytes }) => sum + rssBytes, 0);
  const subject = system.name;
  memory.add({ work: "all processes", subject, figure: total / MEBIBYTE, target: MEMORY_AT_MOST });
  for (const [place, { role }] of system.processes.entries()) {
    memory.add({ work: `the ${role}`, subject, figure: (usages[place] as Usage).rssBytes / MEBIBYTE });
  }
}
