import { Collector } from "../measure/collector.ts";
import { formatSize, toPoints } from "../measure/points.ts";
import type { ResultTable } from "../measure/results.ts";
import { beyondFirst, growthExponent, type Point } from "../measure/stats.ts";
import type { Dimension } from "./contents.ts";
import type { Compacted } from "./phase-compact.ts";
import type { Reopened } from "./phase-reopen.ts";

/** One round with one folder. */
export interface Measured {
  readonly dimension: Dimension;
  readonly size: number;
  readonly opened: Reopened;
  readonly compacted: Compacted;
  /** Once more, from the snapshot. */
  readonly again: Reopened;
}

/** By subject. */
type Columns = Readonly<Record<string, (measured: Measured) => number | readonly number[]>>;

const TITLES: Readonly<Record<Dimension, string>> = { finished: "finished invocations", keys: "keys" };
const MEBIBYTE = 2 ** 20;

const MORE = "CPU of one more invocation";
const START = "CPU of a start";
const DISK = "what a start reads";
const LOG = "from a log";
const SNAPSHOT = "from a snapshot";

/** What there is to be told of each dimension. */
const TABLES: readonly { readonly title: string; readonly unit: string; readonly columns: Columns }[] = [
  { title: MORE, unit: "us", columns: { CPU: ({ again }) => again.more?.cpuMicros ?? [] } },
  {
    title: START,
    unit: "ms",
    columns: { [LOG]: ({ opened }) => opened.openCpuMs, [SNAPSHOT]: ({ again }) => again.openCpuMs },
  },
  {
    title: "time of a start",
    unit: "ms",
    columns: { [LOG]: ({ opened }) => opened.openMs, [SNAPSHOT]: ({ again }) => again.openMs },
  },
  {
    title: DISK,
    unit: "MiB",
    columns: {
      [LOG]: ({ compacted }) => compacted.bytesBefore / MEBIBYTE,
      [SNAPSHOT]: ({ compacted }) => compacted.bytesAfter / MEBIBYTE,
    },
  },
  {
    title: "memory after the start from a snapshot",
    unit: "MiB",
    columns: {
      resident: ({ again }) => again.memory.rss / MEBIBYTE,
      "at most": ({ again }) => again.peakRss / MEBIBYTE,
      "heap and buffers": ({ again }) => (again.memory.heapUsed + again.memory.arrayBuffers) / MEBIBYTE,
    },
  },
  {
    title: "making the snapshot",
    unit: "ms",
    columns: { time: ({ compacted }) => compacted.compactMs },
  },
  {
    title: "event loop away at most",
    unit: "ms",
    columns: {
      "while a snapshot is made": ({ compacted }) => compacted.delays.max,
      "while invocations run": ({ again }) => again.more?.delays.max ?? [],
    },
  },
];

const DIMENSIONS: readonly Dimension[] = ["finished", "keys"];

/** All that was measured, and how it grows. */
export function toTables(measured: readonly Measured[]): ResultTable[] {
  const tables = DIMENSIONS.flatMap((dimension) => {
    const rounds = measured.filter((each) => each.dimension === dimension);
    if (rounds.length === 0) return [];
    return TABLES.map(({ title, unit, columns }) => {
      const collector = new Collector(toTitle(title, dimension), unit);
      for (const round of rounds) {
        for (const [subject, toFigures] of Object.entries(columns)) {
          for (const figure of [toFigures(round)].flat()) {
            collector.add({ work: formatSize(round.size), subject, figure });
          }
        }
      }
      return collector.toTable(Object.keys(columns), []);
    });
  });
  return [...tables, toExponents(tables)];
}

export interface Growth {
  readonly label: string;
  readonly points: readonly Point[];
}

/** What one more invocation costs, by how much there is. */
export function growthOfMore(tables: readonly ResultTable[]): Growth[] {
  return DIMENSIONS.flatMap((dimension) => {
    const table = find(tables, MORE, dimension);
    return table === undefined ? [] : [{ label: TITLES[dimension], points: toPoints(table, "CPU") }];
  });
}

/** What a start costs that finds finished invocations, by the MiB that it reads. */
export function growthOfStartByBytes(tables: readonly ResultTable[]): Growth[] {
  const disk = find(tables, DISK, "finished");
  return growthOfStart(tables, "finished").map(({ label, points }) => {
    const read = new Map(
      disk === undefined ? [] : toPoints(disk, label).map(({ size, cost }) => [size, cost]),
    );
    const byBytes = points.map(({ size, cost }) => ({ size: read.get(size) ?? Number.NaN, cost }));
    return { label, points: byBytes };
  });
}

/** What a start costs, by the keys: their state is so small that their number counts, and not its bytes. */
export function growthOfStartByKeys(tables: readonly ResultTable[]): Growth[] {
  return growthOfStart(tables, "keys");
}

function growthOfStart(tables: readonly ResultTable[], dimension: Dimension): Growth[] {
  const table = find(tables, START, dimension);
  return table === undefined
    ? []
    : [LOG, SNAPSHOT].map((label) => ({ label, points: toPoints(table, label) }));
}

function toExponents(tables: readonly ResultTable[]): ResultTable {
  const exponents = new Collector("exponent of growth", "0 is flat, 1 is linear");
  const add = (work: string, points: readonly Point[]): void => {
    if (points.length > 1) exponents.add({ work, subject: "exponent", figure: growthExponent(points) });
  };
  for (const { label, points } of growthOfMore(tables)) add(`one more invocation, by ${label}`, points);
  for (const { label, points } of growthOfStartByBytes(tables)) {
    add(`start by MiB, finished invocations, ${label}, beyond the smallest`, beyondFirst(points));
  }
  for (const { label, points } of growthOfStartByKeys(tables)) {
    add(`start by keys, ${label}, beyond the smallest`, beyondFirst(points));
  }
  return exponents.toTable(["exponent"], []);
}

function toTitle(title: string, dimension: Dimension): string {
  return `${title}: ${TITLES[dimension]}`;
}

function find(tables: readonly ResultTable[], title: string, dimension: Dimension): ResultTable | undefined {
  return tables.find((table) => table.title === toTitle(title, dimension));
}
