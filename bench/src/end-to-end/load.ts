import { Pool } from "undici";
import { quantile } from "../measure/stats.ts";
import type { Job } from "./jobs.ts";

export interface LoadOptions {
  readonly url: string;
  readonly job: Job;
  readonly connections: number;
  readonly seconds: number;
  /** The first index that has not been used. */
  readonly firstIndex: number;
  /** Requests of each connection, whatever the time says. */
  readonly requestsMin: number;
}

/** An answer that takes longer is none. */
const ANSWER_TIMEOUT_MS = 20_000;

export interface Load {
  readonly requests: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Each connection asks, waits for the answer, checks it, and asks again, until the time is over. */
export async function applyLoad(options: LoadOptions): Promise<Load> {
  const { url, job, connections, seconds, firstIndex, requestsMin } = options;
  const pool = new Pool(url, { connections, pipelining: 1, headersTimeout: ANSWER_TIMEOUT_MS });
  const latencies: number[] = [];
  let index = firstIndex;
  const startedAt = performance.now();
  const deadline = startedAt + seconds * 1000;
  const client = async (): Promise<void> => {
    for (let made = 0; made < requestsMin || performance.now() < deadline; made += 1) {
      const mine = index;
      index += 1;
      const askedAt = performance.now();
      const answer = await ask(pool, job, mine);
      latencies.push(performance.now() - askedAt);
      job.check(mine, answer);
    }
  };
  try {
    await Promise.all(Array.from({ length: connections }, client));
    const elapsed = performance.now() - startedAt;
    latencies.sort((a, b) => a - b);
    return {
      requests: latencies.length,
      perSecond: (latencies.length / elapsed) * 1000,
      p50Ms: quantile(latencies, 0.5),
      p99Ms: quantile(latencies, 0.99),
    };
  } finally {
    await pool.close();
  }
}

async function ask(pool: Pool, job: Job, index: number): Promise<string> {
  const { service, handler, key, body } = job.request(index);
  const object = key === undefined ? "" : `/${encodeURIComponent(key)}`;
  const { statusCode, body: answer } = await pool.request({
    method: "POST",
    path: `/${service}${object}/${handler}`,
    headers: { "content-type": "application/json" },
    body,
  });
  const text = await answer.text();
  if (statusCode !== 200) throw new Error(`${job.name} was answered with ${statusCode}: ${text}`);
  return text;
}
