import { begin, countFinished, countLive, finish, openEngine } from "./engine.ts";
import { type Cost, type Delays, measureCost, measureDelays, SnapshotWatch } from "./measure.ts";

/** Fills a folder with live and finished invocations. */

export interface Filled {
  readonly live: Record<string, number>;
  readonly finished: number;
  readonly cost: Cost;
  readonly delays: Delays;
  /** Made in the background meanwhile. */
  readonly snapshots: number;
}

const [folder = "", finished = "0", live = "0"] = process.argv.slice(2);
const engine = await openEngine(folder);
await begin(engine, Number(live));
const watch = new SnapshotWatch(folder);
const { result: cost, delays } = await measureDelays(() =>
  measureCost(Number(finished), () => finish(engine, Number(finished))),
);
const filled: Filled = {
  live: countLive(engine),
  finished: countFinished(engine),
  cost,
  delays,
  snapshots: watch.stop(),
};
await engine.close();
console.log(JSON.stringify(filled));
