import { openLogStore } from "../../../packages/engine/src/store/log-store.ts";
import { type Delays, diskBytes, measureDelays } from "./measure.ts";

/** Makes a snapshot of the whole folder, and measures how long, and what it does to the event loop. */

export interface Compacted {
  readonly compactMs: number;
  readonly delays: Delays;
  readonly diskBytesBefore: number;
  readonly diskBytesAfter: number;
  readonly keys: number;
}

const [folder = ""] = process.argv.slice(2);
const store = await openLogStore({ folder, garbageBytesMin: Number.POSITIVE_INFINITY });
await store.recover(() => {}, { wants: () => false });
const { keys } = store.statistics();
const diskBytesBefore = await diskBytes(folder);
const startedAt = performance.now();
const { delays } = await measureDelays(() => store.compact());
const compactMs = performance.now() - startedAt;
await store.close();
const compacted: Compacted = {
  compactMs,
  delays,
  diskBytesBefore,
  diskBytesAfter: await diskBytes(folder),
  keys,
};
console.log(JSON.stringify(compacted));
