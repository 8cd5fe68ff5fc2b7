import { expect, it } from "vitest";
import { type Panel, toCurves, toLinear, toSvg } from "./plot.ts";

const table = {
  title: "CPU of an attempt: calls",
  unit: "ms",
  subjects: ["perdure", "official"],
  ratios: [],
  rows: [
    { work: "1 (5 messages)", figures: { perdure: [0.1], official: [1] } },
    { work: "1,000 (3,002 messages)", figures: { perdure: [10, 30, 20] } },
  ],
};

it("takes the medians of a table as curves", () => {
  expect(toCurves([table])).toEqual([
    {
      label: "calls, perdure",
      color: expect.any(String),
      dashed: false,
      points: [
        { size: 1, cost: 0.1 },
        { size: 1000, cost: 20 },
      ],
    },
    { label: "calls, official", color: expect.any(String), dashed: true, points: [{ size: 1, cost: 1 }] },
  ]);
});

it("puts a line beside a curve that is linear up to its end", () => {
  const points = [
    { size: 10, cost: 60 },
    { size: 1000, cost: 500 },
  ];
  expect(toLinear({ points }).points).toEqual([
    { size: 10, cost: 5 },
    { size: 1000, cost: 500 },
  ]);
  expect(toLinear({ points: [] }).points).toEqual([]);
});

it("draws linear growth as a straight line", () => {
  const points = [1, 10, 100].map((size) => ({ size, cost: size }));
  const svg = toSvg([
    { curves: [{ label: "linear", color: "#000", dashed: false, points }], x: "n", y: "ms" },
  ]);
  expect(svg).toContain('d="M70 370L290 195L510 20"');
  expect(svg).toContain(">linear</text>");
});

it("draws one panel below the other, each with axes of its own", () => {
  const panel = (cost: number): Panel => ({
    curves: [{ label: `${cost}`, color: "#000", dashed: false, points: [{ size: 10, cost }] }],
    x: "n",
    y: `ms of ${cost}`,
  });
  const svg = toSvg([panel(1), panel(1000)]);
  expect(svg).toContain('viewBox="0 0 720 560"');
  expect(svg).toContain("<title>ms of 1, by n; ms of 1000, by n</title>");
  expect(svg.indexOf(">1000</text>")).toBeGreaterThan(svg.indexOf("translate(0 280)"));
});
