import type { Delays } from "./measure.ts";
import type { Compacted } from "./phase-compact.ts";
import type { Filled } from "./phase-fill.ts";
import type { Reopened } from "./phase-reopen.ts";

export interface Measured {
  readonly size: string;
  /** Absent when the folder was there already. */
  readonly filled: Filled | undefined;
  readonly opened: Reopened;
  readonly compacted: Compacted;
  /** Once more, from the snapshot. */
  readonly again: Reopened;
}

const COLUMNS: readonly (readonly [title: string, cell: (measured: Measured) => string])[] = [
  ["finished", ({ again }) => String(again.finished)],
  ["start from a log", ({ opened }) => startOf(opened)],
  ["start from a snapshot", ({ again }) => startOf(again)],
  ["RSS", ({ again }) => mebibytes(again.memory.rss)],
  ["heap and buffers", ({ again }) => mebibytes(again.memory.heapUsed + again.memory.arrayBuffers)],
  ["folder", ({ compacted }) => mebibytes(compacted.diskBytesAfter)],
  ["snapshot", ({ compacted }) => `${seconds(compacted.compactMs)}, ${delaysOf(compacted.delays)}`],
  ["one more invocation", ({ again }) => `${Math.round(again.cost.cpuMicrosEach)} us of CPU`],
  ["while they run", ({ again }) => delaysOf(again.delays)],
];

/** A table of all that was measured, and a line about each folder that was filled. */
export function toReport(measured: readonly Measured[]): string {
  return [
    `| ${COLUMNS.map(([title]) => title).join(" | ")} |`,
    `| ${COLUMNS.map(() => "---").join(" | ")} |`,
    ...measured.map((each) => `| ${COLUMNS.map(([, cell]) => cell(each)).join(" | ")} |`),
    "",
    ...measured.flatMap(({ size, filled }) => (filled === undefined ? [] : [filledOf(size, filled)])),
  ].join("\n");
}

function filledOf(size: string, { cost, delays, snapshots, live }: Filled): string {
  return `${size}: filled in ${seconds(cost.wallMs)}, ${Math.round(cost.cpuMicrosEach)} us of CPU each, ${delaysOf(delays)}, ${snapshots} snapshots in the background; live ${JSON.stringify(live)}`;
}

function startOf({ openMs, openCpuMs }: Reopened): string {
  return `${seconds(openMs)} (${seconds(openCpuMs)} of CPU)`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}

function delaysOf({ p50, p99, max }: Delays): string {
  return `event loop away p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, max ${max.toFixed(0)} ms`;
}
