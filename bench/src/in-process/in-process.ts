import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createJobs, type Job } from "../end-to-end/jobs.ts";
import type { GroupOptions } from "../group-options.ts";
import { Collector } from "../measure/collector.ts";
import type { RatioOf, ResultTable } from "../measure/results.ts";
import { alternate } from "../measure/rounds.ts";
import type { Bundles } from "../subjects/bundle.ts";
import type { LibraryLoad, LibraryTask } from "../subjects/library.ts";
import { type Subject, startSubject } from "../subjects/subject.ts";

/** The engine as a library: from a call in the process to its durable result, without a socket. */

const DURABLE = "durable";
const MEMORY = "in memory";
const RATIOS: readonly RatioOf[] = [{ subject: DURABLE, reference: MEMORY }];
const ROUNDS = 3;
/** Before each turn, as a part of it. */
const WARM_UP = 0.25;
const MEBIBYTE = 2 ** 20;

export async function measureInProcess(bundles: Bundles, options: GroupOptions): Promise<ResultTable[]> {
  const file = await bundles.make({ entry: "./library.ts" });
  const data = await mkdtemp(join(tmpdir(), "perdure-bench-"));
  const subjects: Subject[] = [];
  try {
    subjects.push(await startSubject({ name: DURABLE, file, args: ["--data", data] }));
    subjects.push(await startSubject({ name: MEMORY, file }));
    return await measureAll(subjects, options);
  } finally {
    await Promise.all(subjects.map((subject) => subject.stop()));
    await rm(data, { recursive: true, force: true });
  }
}

async function measureAll(
  subjects: readonly Subject[],
  { quick, budget, only = "" }: GroupOptions,
): Promise<ResultTable[]> {
  const rate = new Collector("throughput", "invocations per second");
  const p50 = new Collector("latency, p50", "ms");
  const p99 = new Collector("latency, p99", "ms");
  const cpu = new Collector("CPU of the process", "us per invocation");
  const memory = new Collector("resident memory after all of it", "MiB");
  const tasks = createJobs().flatMap((job, place) => tasksOf(job, place, quick));
  const wanted = tasks.filter(({ work }) => work.includes(only));
  const rounds = quick ? 1 : ROUNDS;
  const seconds = budget.seconds / (wanted.length * subjects.length * rounds * (1 + WARM_UP));

  await alternate(subjects, { seconds: 0, roundsMin: rounds, roundsMax: rounds }, async (order) => {
    for (const { work, job, concurrency } of wanted) {
      for (const { name: subject, ask } of order) {
        const carryOut = (duration: number): Promise<LibraryLoad> => {
          const task: LibraryTask = { job, concurrency, seconds: duration };
          return ask<LibraryLoad>(task);
        };
        if (seconds > 0) await carryOut(seconds * WARM_UP);
        const load = await carryOut(seconds);
        rate.add({ work, subject, figure: load.perSecond });
        p50.add({ work, subject, figure: load.p50Ms });
        p99.add({ work, subject, figure: load.p99Ms });
        cpu.add({ work, subject, figure: load.cpuMicrosEach });
      }
    }
  });
  for (const { name: subject, usage } of subjects) {
    memory.add({ work: "the process", subject, figure: (await usage()).rssBytes / MEBIBYTE });
  }
  return [rate, p50, p99, cpu, memory].map((collector) => collector.toTable([DURABLE, MEMORY], RATIOS));
}

interface NamedTask {
  readonly work: string;
  readonly job: number;
  readonly concurrency: number;
}

function tasksOf({ name, connections }: Job, job: number, quick: boolean): NamedTask[] {
  return (quick ? [1, 4] : connections).map((concurrency) => ({
    work: `${name}, ${concurrency} at a time`,
    job,
    concurrency,
  }));
}
