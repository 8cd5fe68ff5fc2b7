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
  readonly finished: number;
  readonly cost: Cost;
  readonly delays: Delays;
}

const MEASURED = 5000;
const KIB = 1024;

const [folder = ""] = process.argv.slice(2);
const empty = measureMemory();
const cpu = process.cpuUsage();
const startedAt = performance.now();
const engine = await openEngine(folder);
const openMs = performance.now() - startedAt;
const { user, system } = process.cpuUsage(cpu);
await finish(engine, 1);
const firstAnswerMs = performance.now() - startedAt;
const peakRss = process.resourceUsage().maxRSS * KIB;
const memory = measureMemory();
await finish(engine, 2 * MEASURED);
const { result: cost, delays } = await measureDelays(() =>
  measureCost(MEASURED, () => finish(engine, MEASURED)),
);
const reopened: Reopened = {
  openMs,
  openCpuMs: (user + system) / 1000,
  peakRss,
  empty,
  memory,
  firstAnswerMs,
  live: countLive(engine),
  finished: countFinished(engine),
  cost,
  delays,
};
await engine.close();
console.log(JSON.stringify(reopened));
