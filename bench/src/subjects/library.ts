import { parseArgs } from "node:util";
import { createEngine } from "@perdure/engine";
import * as sdk from "@perdure/sdk";
import { createJobs, type Job } from "../end-to-end/jobs.ts";
import { quantile } from "../measure/stats.ts";
import { answerQuestions } from "./control.ts";
import { createServices } from "./services.ts";

/** The engine as a library, without sockets: who asks is in the same process. */

/** What it is asked to do. */
export interface LibraryTask {
  /** Of `createJobs`. */
  readonly job: number;
  readonly concurrency: number;
  readonly seconds: number;
}

export interface LibraryLoad {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the whole process, who asks included. */
  readonly cpuMicrosEach: number;
}

const { values } = parseArgs({ options: { data: { type: "string" } } });
const engine = await createEngine({
  ...(values.data === undefined ? { ephemeral: true } : { data: values.data }),
  services: [...createServices(sdk)],
  logger: () => {},
});
const jobs = createJobs();
const headers = [{ key: "content-type", value: "application/json" }];
const [utf8, text] = [new TextEncoder(), new TextDecoder()];
let index = 0;

async function ask(job: Job): Promise<void> {
  const mine = index;
  index += 1;
  const { service, handler, key, body } = job.request(mine);
  const answer = await engine.api.call({ service, handler, key, body: utf8.encode(body), headers });
  if (answer.type !== "success") throw new Error(`${job.name} failed: ${JSON.stringify(answer)}`);
  job.check(mine, text.decode(answer.value));
}

async function carryOut({ job: place, concurrency, seconds }: LibraryTask): Promise<LibraryLoad> {
  const job = jobs[place];
  if (job === undefined) throw new Error(`There is no job ${place}.`);
  const latencies: number[] = [];
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const deadline = startedAt + seconds * 1000;
  const client = async (): Promise<void> => {
    do {
      const askedAt = performance.now();
      await ask(job);
      latencies.push(performance.now() - askedAt);
    } while (performance.now() < deadline);
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  const elapsed = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  job.finish();
  latencies.sort((a, b) => a - b);
  return {
    requests: latencies.length,
    perSecond: (latencies.length / elapsed) * 1000,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    cpuMicrosEach: (user + system) / latencies.length,
  };
}

process.on("message", (message: unknown) => {
  if (typeof message === "object" && message !== null && "job" in message) {
    void carryOut(message as LibraryTask).then((load) => process.send?.(load));
  }
});
answerQuestions(0);
