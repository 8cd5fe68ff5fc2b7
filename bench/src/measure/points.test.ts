import { expect, it } from "vitest";
import { formatSize, toPoints } from "./points.ts";

it("finds the sizes that the rows' names begin with, and takes the medians", () => {
  const table = {
    title: "CPU",
    unit: "ms",
    subjects: ["a", "b"],
    ratios: [],
    rows: [
      { work: formatSize(10), figures: { a: [1, 5, 2] } },
      { work: `${formatSize(1_000_000)} (of something)`, figures: { a: [3], b: [4] } },
    ],
  };
  expect(toPoints(table, "a")).toEqual([
    { size: 10, cost: 2 },
    { size: 1_000_000, cost: 3 },
  ]);
  expect(toPoints(table, "b")).toEqual([{ size: 1_000_000, cost: 4 }]);
  expect(toPoints(table, "c")).toEqual([]);
});
