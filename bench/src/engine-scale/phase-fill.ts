import { begin, countFinished, countLive, finish, openEngine } from "./engine.ts";
import {
  type Cost,
  type Delays,
  diskBytes,
  type Memory,
  measureCost,
  measureDelays,
  measureMemory,
  SnapshotWatch,
} from "./measure.ts";

/** Fills a folder with live and finished invocations, and measures what one costs as they become more. */

export interface Milestone {
  readonly stored: number;
  readonly cost: Cost;
  readonly delays: Delays;
  readonly memory: Memory;
  readonly diskBytes: number;
}

export interface Filled {
  readonly milestones: readonly Milestone[];
  readonly live: Record<string, number>;
  readonly finished: number;
  readonly fill: Cost;
  readonly fillDelays: Delays;
  readonly snapshots: number;
}

/** Measured at each milestone; these are stored too. */
const MEASURED = 5000;
const WARM_UP = 20_000;

const [folder = "", finishedText = "0", liveText = "0"] = process.argv.slice(2);
const finished = Number(finishedText);

const warm = await openEngine(undefined);
await finish(warm, WARM_UP);
await warm.close();

const engine = await openEngine(folder);
await begin(engine, Number(liveText));
const watch = new SnapshotWatch(folder);
const milestones: Milestone[] = [];
let stored = 0;

async function measureHere(): Promise<void> {
  const count = Math.min(MEASURED, finished);
  const memory = measureMemory();
  const { result: cost, delays } = await measureDelays(() => measureCost(count, () => finish(engine, count)));
  milestones.push({ stored, cost, delays, memory, diskBytes: await diskBytes(folder) });
  stored += count;
}

const { result: fill, delays: fillDelays } = await measureDelays(() =>
  measureCost(finished, async () => {
    for (const milestone of [1000, 10_000, 100_000, 1_000_000]) {
      if (milestone > finished) break;
      await finish(engine, milestone - stored);
      stored = milestone;
      await measureHere();
    }
    if (stored < finished) await finish(engine, finished - stored);
  }),
);
const filled: Filled = {
  milestones,
  live: countLive(engine),
  finished: countFinished(engine),
  fill,
  fillDelays,
  snapshots: watch.stop(),
};
await engine.close();
console.log(JSON.stringify(filled));
