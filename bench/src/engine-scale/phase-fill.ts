import { CONTENTS, type Dimension } from "./contents.ts";
import { begin, countLive, openEngine } from "./engine.ts";
import { type Cost, type Delays, measureCost, measureDelays, SnapshotWatch } from "./measure.ts";

/** Fills a folder. */

export interface Filled {
  readonly live: Record<string, number>;
  /** Of what it was filled with. */
  readonly count: number;
  readonly cost: Cost;
  readonly delays: Delays;
  /** Made in the background meanwhile. */
  readonly snapshots: number;
}

const [folder = "", dimension = "finished", size = "0", live = "0"] = process.argv.slice(2);
const content = CONTENTS[dimension as Dimension];
const engine = await openEngine(folder);
await begin(engine, Number(live));
const watch = new SnapshotWatch(folder);
const { result: cost, delays } = await measureDelays(() =>
  measureCost(Number(size), () => content.fill(engine, Number(size))),
);
const filled: Filled = {
  live: countLive(engine),
  count: content.count(engine, Number(size)),
  cost,
  delays,
  snapshots: watch.stop(),
};
await engine.close();
console.log(JSON.stringify(filled));
