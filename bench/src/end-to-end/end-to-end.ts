import type { GroupOptions } from "../group-options.ts";
import { Collector } from "../measure/collector.ts";
import type { RatioOf, ResultTable, Target } from "../measure/results.ts";
import { alternate } from "../measure/rounds.ts";
import type { Bundles } from "../subjects/bundle.ts";
import type { Usage } from "../subjects/control.ts";
import { createJobs, type Job } from "./jobs.ts";
import { applyLoad, type Load } from "./load.ts";
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
/** As long as one job is asked for in one round; then those under way are waited for. */
const TURN_SECONDS = 0.2;
const WARM_UP_SECONDS = 0.5;
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
  readonly allCpu: Collector;
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
    allCpu: new Collector("CPU of all processes but the client's", "us per invocation"),
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
    (quick ? [2] : connections)
      .map((count): Turn => ({ index, connections: count }))
      .filter(({ connections }) => nameOf(name, connections).includes(only)),
  );
  const seconds = quick ? 0 : TURN_SECONDS;
  for (const each of quick ? [] : measured) {
    for (const index of each.jobs.keys()) await load(each, { index, connections: 16 }, WARM_UP_SECONDS);
  }
  await alternate(measured, { ...budget, roundsMin: 1 }, async (order) => {
    for (const turn of turns) {
      for (const each of order) await takeTurn(each, turn, { seconds, tables });
    }
  });
}

async function load(measured: Measured, { index, connections }: Turn, seconds: number): Promise<Load> {
  const { system, jobs, nextIndex: firstIndex } = measured;
  const job = jobs[index] as Job;
  const options = { url: system.ingressUrl, job, connections, firstIndex, requestsMin: 1, seconds };
  const found = await applyLoad(options);
  measured.nextIndex += found.requests;
  return found;
}

async function takeTurn(
  measured: Measured,
  turn: Turn,
  { seconds, tables }: { seconds: number; tables: Tables },
): Promise<void> {
  const { system, jobs } = measured;
  const job = jobs[turn.index] as Job;
  const before = await usagesOf(system);
  const found = await load(measured, turn, seconds);
  const after = await usagesOf(system);

  const subject = system.name;
  const work = nameOf(job.name, turn.connections);
  const alone = turn.connections === 1;
  const rateTarget = alone ? undefined : THROUGHPUT_AT_LEAST;
  tables.rate.add({ work, subject, figure: found.perSecond, target: rateTarget });
  tables.p50.add({ work, subject, figure: found.p50Ms, target: alone ? LATENCY_AT_MOST : undefined });
  tables.p99.add({ work, subject, figure: found.p99Ms });
  let micros = 0;
  for (const [place, { role }] of system.processes.entries()) {
    const each = (after[place] as Usage).cpuMicros - (before[place] as Usage).cpuMicros;
    const table = role === "engine" ? tables.engineCpu : tables.endpointCpu;
    table.add({ work, subject, figure: each / found.requests });
    micros += each;
  }
  tables.allCpu.add({ work, subject, figure: micros / found.requests });
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
