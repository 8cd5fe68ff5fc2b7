import { readdir } from "node:fs/promises";
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Memory after a collection of garbage, in bytes. */
export interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
  /** Outside of the heap: buffers and typed arrays. */
  readonly arrayBuffers: number;
}

export function measureMemory(): Memory {
  collectGarbage();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return { rss, heapUsed, arrayBuffers };
}

export interface Cost {
  readonly count: number;
  readonly wallMs: number;
  /** Of this process, all threads. */
  readonly cpuMicrosEach: number;
}

/** What so many repetitions cost. */
export async function measureCost(count: number, work: () => Promise<void>): Promise<Cost> {
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { count, wallMs: performance.now() - startedAt, cpuMicrosEach: (user + system) / count };
}

/** How long the event loop was away, in milliseconds. */
export interface Delays {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const RESOLUTION_MS = 5;

export async function measureDelays<T>(work: () => Promise<T>): Promise<{ result: T; delays: Delays }> {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  try {
    const result = await work();
    return { result, delays: toDelays(histogram) };
  } finally {
    histogram.disable();
  }
}

/** What it counts is the whole time between two looks; what is above the resolution was waiting. */
function toDelays(histogram: IntervalHistogram): Delays {
  const ms = (nanos: number): number => Math.max(0, Math.round(nanos / 1e5) / 10 - RESOLUTION_MS);
  return { p50: ms(histogram.percentile(50)), p99: ms(histogram.percentile(99)), max: ms(histogram.max) };
}

/** Ends with the snapshots that were begun: their names, while somebody looks. */
export class SnapshotWatch {
  readonly #folder: string;
  readonly #seen = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  constructor(folder: string) {
    this.#folder = folder;
    this.#timer = setInterval(() => void this.#look(), 50);
  }

  stop(): number {
    clearInterval(this.#timer);
    return this.#seen.size;
  }

  async #look(): Promise<void> {
    for (const name of await readdir(this.#folder)) if (name.endsWith(".partial")) this.#seen.add(name);
  }
}
