import type { Delays, Memory } from "./measure.ts";
import type { Compacted } from "./phase-compact.ts";
import type { Filled } from "./phase-fill.ts";
import type { Reopened } from "./phase-reopen.ts";

export interface Results {
  readonly machine: string;
  readonly filled: Filled;
  readonly reopened: Reopened;
  readonly compacted: Compacted;
  /** Once more, from the snapshot. */
  readonly again: Reopened;
}

/** All that was measured, as text to be read. */
export function toReport({ machine, filled, reopened, compacted, again }: Results): string {
  const lines = [
    machine,
    "",
    `${filled.finished} finished, live: ${JSON.stringify(filled.live)}`,
    `filled in ${seconds(filled.fill.wallMs)}: ${micros(filled.fill.cpuMicrosEach)} of CPU each, event loop ${delaysOf(filled.fillDelays)}, ${filled.snapshots} snapshots in the background`,
    "",
    "| finished before | CPU each | rate | event loop | memory | folder |",
    "| --- | --- | --- | --- | --- | --- |",
    ...filled.milestones.map(
      ({ stored, cost, delays, memory, diskBytes }) =>
        `| ${stored} | ${micros(cost.cpuMicrosEach)} | ${Math.round((cost.count / cost.wallMs) * 1000)}/s | ${delaysOf(delays)} | ${memoryOf(memory)} | ${mebibytes(diskBytes)} |`,
    ),
    "",
    ...reopenedOf("opened again", reopened),
    `a snapshot of ${compacted.keys} keys: ${seconds(compacted.compactMs)}, event loop ${delaysOf(compacted.delays)}, folder ${mebibytes(compacted.diskBytesBefore)} before, ${mebibytes(compacted.diskBytesAfter)} after`,
    ...reopenedOf("opened from the snapshot", again),
  ];
  return lines.join("\n");
}

function reopenedOf(title: string, reopened: Reopened): string[] {
  const { openMs, openCpuMs, firstAnswerMs, peakRss, empty, memory, finished, live, cost } = reopened;
  const count = finished + Object.values(live).reduce((sum, each) => sum + each, 0);
  const bytes = memory.heapUsed - empty.heapUsed + (memory.arrayBuffers - empty.arrayBuffers);
  return [
    `${title}: takes requests after ${seconds(openMs)} (${seconds(openCpuMs)} of CPU), first answer after ${seconds(firstAnswerMs)}`,
    `  memory ${memoryOf(memory)}, at most ${mebibytes(peakRss)}; ${Math.round(bytes / count)} bytes for each of ${count}`,
    `  then ${micros(cost.cpuMicrosEach)} of CPU each; live: ${JSON.stringify(live)}`,
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function micros(value: number): string {
  return `${Math.round(value)} us`;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}

function memoryOf({ rss, heapUsed, arrayBuffers }: Memory): string {
  return `${mebibytes(rss)} (heap ${mebibytes(heapUsed)}, buffers ${mebibytes(arrayBuffers)})`;
}

function delaysOf({ p50, p99, max }: Delays): string {
  return `p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, max ${max.toFixed(0)} ms`;
}
