import { describe, expect, it } from "vitest";
import type { Dimension } from "./contents.ts";
import type { Reopened } from "./phase-reopen.ts";
import {
  growthOfMore,
  growthOfStartByBytes,
  growthOfStartByKeys,
  type Measured,
  toTables,
} from "./tables.ts";

const MEBIBYTE = 2 ** 20;
const DELAYS = { p50: 0, p99: 1, max: 7 };

/** A start costs 2 ms per MiB, one more invocation the same everywhere. */
function createRound(
  { dimension, size }: { dimension: Dimension; size: number },
  moreMicros = 250,
): Measured {
  const reopened = (mebibytes: number): Reopened => ({
    openMs: 3 * mebibytes,
    openCpuMs: 2 * mebibytes,
    peakRss: 90 * MEBIBYTE,
    memory: { rss: 80 * MEBIBYTE, heapUsed: 40 * MEBIBYTE, arrayBuffers: 2 * MEBIBYTE },
    live: {},
    count: size,
    more: { cpuMicros: [moreMicros, 250], delays: DELAYS },
  });
  const [log, snapshot] = [size / 10, size / 20];
  return {
    dimension,
    size,
    opened: reopened(log),
    compacted: {
      compactMs: 12,
      delays: DELAYS,
      bytesBefore: log * MEBIBYTE,
      bytesAfter: snapshot * MEBIBYTE,
    },
    again: reopened(snapshot),
  };
}

const rounds = [
  createRound({ dimension: "finished", size: 1000 }, 200),
  createRound({ dimension: "finished", size: 10_000 }),
  createRound({ dimension: "finished", size: 1000 }, 300),
  createRound({ dimension: "finished", size: 10_000 }),
  createRound({ dimension: "finished", size: 100_000 }),
];

describe("what was measured of the engine", () => {
  it("is told by size, with a figure of each round", () => {
    const [more] = toTables(rounds);
    expect(more).toEqual({
      title: "CPU of one more invocation: finished invocations",
      unit: "us",
      subjects: ["CPU"],
      ratios: [],
      rows: [
        { work: "1,000", figures: { CPU: [200, 250, 300, 250] } },
        { work: "10,000", figures: { CPU: [250, 250, 250, 250] } },
        { work: "100,000", figures: { CPU: [250, 250] } },
      ],
    });
  });

  it("grows by what there is, and a start by what it reads", () => {
    const tables = toTables(rounds);
    expect(growthOfMore(tables)).toEqual([
      {
        label: "finished invocations",
        points: [
          { size: 1000, cost: 250 },
          { size: 10_000, cost: 250 },
          { size: 100_000, cost: 250 },
        ],
      },
    ]);
    expect(growthOfStartByBytes(tables)).toEqual([
      {
        label: "from a log",
        points: [
          { size: 100, cost: 200 },
          { size: 1000, cost: 2000 },
          { size: 10_000, cost: 20_000 },
        ],
      },
      {
        label: "from a snapshot",
        points: [
          { size: 50, cost: 100 },
          { size: 500, cost: 1000 },
          { size: 5000, cost: 10_000 },
        ],
      },
    ]);
    expect(growthOfStartByKeys(tables)).toEqual([]);
  });

  it("has the exponents of that growth", () => {
    const exponents = toTables(rounds).at(-1);
    expect(exponents?.rows.map(({ work, figures }) => [work, figures.exponent?.map(Math.round)])).toEqual([
      ["one more invocation, by finished invocations", [0]],
      ["start by MiB, finished invocations, from a log, beyond the smallest", [1]],
      ["start by MiB, finished invocations, from a snapshot, beyond the smallest", [1]],
    ]);
  });

  it("has no exponent of a single size", () => {
    const tables = toTables([createRound({ dimension: "keys", size: 1000 })]);
    expect(growthOfMore(tables)).toEqual([{ label: "keys", points: [{ size: 1000, cost: 250 }] }]);
    expect(growthOfStartByKeys(tables)).toEqual([
      { label: "from a log", points: [{ size: 1000, cost: 200 }] },
      { label: "from a snapshot", points: [{ size: 1000, cost: 100 }] },
    ]);
    expect(tables.at(-1)?.rows).toEqual([]);
  });
});
