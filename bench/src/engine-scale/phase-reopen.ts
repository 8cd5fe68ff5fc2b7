import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CONTENTS, type Dimension } from "./contents.ts";
import { countLive, openEngine } from "./engine.ts";
import { type Delays, type Memory, measureCost, measureDelays, measureMemory } from "./measure.ts";

/** Opens the folder in a process of its own until it takes requests, and makes some more invocations. */

export interface Reopened {
  readonly openMs: number;
  readonly openCpuMs: number;
  readonly peakRss: number;
  /** When it was opened. */
  readonly memory: Memory;
  readonly live: Record<string, number>;
  /** Of what it was filled with. */
  readonly count: number;
  readonly more?: More;
}

interface More {
  /** Of one more invocation, several times. */
  readonly cpuMicros: readonly number[];
  readonly delays: Delays;
}

/** So that what is measured is not the compiler; somewhere else, so that nothing is added here. */
const WARM_UP = { size: 1000, calls: 5000 };
/** Then here: the first are still slow, and do not count. */
const BATCHES = 4;
const KIB = 1024;

const [folder = "", dimension = "finished", size = "0", batch = "0"] = process.argv.slice(2);
const content = CONTENTS[dimension as Dimension];
const cpu = process.cpuUsage();
const startedAt = performance.now();
const engine = await openEngine(folder);
const openMs = performance.now() - startedAt;
const { user, system } = process.cpuUsage(cpu);
const peakRss = process.resourceUsage().maxRSS * KIB;
const count = content.count(engine, Number(size));
const live = countLive(engine);
const memory = measureMemory();
const reopened: Reopened = {
  openMs,
  openCpuMs: (user + system) / 1000,
  peakRss,
  memory,
  live,
  count,
  ...(batch === "0" ? {} : { more: await callMore(Number(batch)) }),
};
await engine.close();
console.log(JSON.stringify(reopened));

async function callMore(calls: number): Promise<More> {
  await warmUp();
  const cpuMicros: number[] = [];
  const { delays } = await measureDelays(async () => {
    for (let i = 0; i < BATCHES; i += 1) {
      const cost = await measureCost(calls, () => content.callMore(engine, { size: Number(size), calls }));
      if (i > 0) cpuMicros.push(cost.cpuMicrosEach);
    }
  });
  return { cpuMicros, delays };
}

async function warmUp(): Promise<void> {
  const place = await mkdtemp(join(tmpdir(), "perdure-scale-warm-up-"));
  const elsewhere = await openEngine(place);
  await content.fill(elsewhere, WARM_UP.size);
  await content.callMore(elsewhere, WARM_UP);
  await elsewhere.close();
  await rm(place, { recursive: true });
}
