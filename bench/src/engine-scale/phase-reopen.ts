import { countFinished, countLive, finish, openEngine } from "./engine.ts";
import { type Cost, type Delays, type Memory, measureCost, measureDelays, measureMemory } from "./measure.ts";

/** Opens the folder in a process of its own, and measures until it takes requests. */

export interface Reopened {
  readonly openMs: number;
  readonly openCpuMs: number;
  readonly peakRss: number;
  /** Before and after. */
  readonly empty: Memory;
  readonly memory: Memory;
  readonly firstAnswerMs: number;
  readonly live: Record<string, number>;
  /** When it was opened. */
  readonly finished: number;
  readonly cost: Cost;
  readonly delays: Delays;
}

/** So that what is measured is not the compiler; somewhere else, so that nothing is added here. */
const WARM_UP = 10_000;
const MEASURED_MAX = 5000;
const KIB = 1024;

const [folder = ""] = process.argv.slice(2);
const empty = measureMemory();
const cpu = process.cpuUsage();
const startedAt = performance.now();
const engine = await openEngine(folder);
const openMs = performance.now() - startedAt;
const { user, system } = process.cpuUsage(cpu);
const finished = countFinished(engine);
await finish(engine, 1);
const firstAnswerMs = performance.now() - startedAt;
const peakRss = process.resourceUsage().maxRSS * KIB;
const memory = measureMemory();
const elsewhere = await openEngine(undefined);
await finish(elsewhere, WARM_UP);
await elsewhere.close();
const count = Math.min(MEASURED_MAX, finished);
const { result: cost, delays } = await measureDelays(() => measureCost(count, () => finish(engine, count)));
const reopened: Reopened = {
  openMs,
  openCpuMs: (user + system) / 1000,
  peakRss,
  empty,
  memory,
  firstAnswerMs,
  live: countLive(engine),
  finished,
  cost,
  delays,
};
await engine.close();
console.log(JSON.stringify(reopened));
