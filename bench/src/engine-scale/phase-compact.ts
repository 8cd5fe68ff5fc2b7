import { openLogStore } from "../../../packages/engine/src/store/log-store.ts";
import { type Delays, measureDelays } from "./measure.ts";

/** Makes a snapshot of the whole folder, and measures how long, and what it does to the event loop. */

export interface Compacted {
  readonly compactMs: number;
  readonly delays: Delays;
  /** What a start reads. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

const [folder = ""] = process.argv.slice(2);
const store = await openLogStore({ folder, garbageBytesMin: Number.POSITIVE_INFINITY });
await store.recover(() => {}, { wants: () => false });
const { storedBytes: bytesBefore } = store.statistics();
const startedAt = performance.now();
const { delays } = await measureDelays(() => store.compact());
const compactMs = performance.now() - startedAt;
const { storedBytes: bytesAfter } = store.statistics();
await store.close();
const compacted: Compacted = { compactMs, delays, bytesBefore, bytesAfter };
console.log(JSON.stringify(compacted));
