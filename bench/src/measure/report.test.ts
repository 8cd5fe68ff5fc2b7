import { describe, expect, it } from "vitest";
import { alignColumns, formatNumber, toReport } from "./report.ts";
import type { GroupResult } from "./results.ts";
import { rotate } from "./rounds.ts";

const result: GroupResult = {
  group: "protocol",
  machine: { cores: 2, processor: "A processor", memoryGib: 8, platform: "linux-x64", node: "24.0.0" },
  startedAt: "2026-01-31T08:00:00.000Z",
  seconds: 12.3,
  load: [0.5, 1.25],
  quick: false,
  tables: [
    {
      title: "CPU",
      unit: "us",
      subjects: ["perdure", "official", "floor"],
      ratios: [{ subject: "perdure", reference: "official" }],
      rows: [
        {
          work: "calls",
          figures: { perdure: [3, 1, 2], official: [12, 4, 8], floor: [1, 1, 1] },
          target: { atMost: 0.25 },
        },
        { work: "runs", figures: { perdure: [300], official: [100] }, target: { atMost: 0.25 } },
        { work: "more is better", figures: { perdure: [300], official: [100] }, target: { atLeast: 5 } },
        { work: "alone", figures: { perdure: [1234.5] } },
      ],
    },
  ],
};

describe("a report", () => {
  it("is a table of medians, quartiles and ratios beside what is aimed at", () => {
    expect(toReport(result)).toBe(
      [
        "## protocol",
        "",
        "2 cores (A processor), 8 GiB, linux-x64, Node 24.0.0; load average 0.5 before, 1.25 after; 12 s. Median (quartiles).",
        "",
        "| CPU (us)       |          perdure |         official |            floor | perdure / official |      target |",
        "| -------------- | ---------------: | ---------------: | ---------------: | -----------------: | ----------: |",
        "| calls          | 2.00 (1.50-2.50) | 8.00 (6.00-10.0) | 1.00 (1.00-1.00) |   0.25 (0.25-0.25) | <= 0.25 yes |",
        "| runs           |              300 |              100 |                  |               3.00 |  <= 0.25 NO |",
        "| more is better |              300 |              100 |                  |               3.00 |     >= 5 NO |",
        "| alone          |             1235 |                  |                  |                    |             |",
      ].join("\n"),
    );
  });

  it("of a quick run judges nothing", () => {
    const report = toReport({ ...result, quick: true });
    expect(report).toContain("the figures say nothing");
    expect(report).not.toContain("target");
  });
});

it("aligns columns, and fills those that are missing", () => {
  expect(alignColumns([["a", "b"], ["long cell"], ["c", "1"]])).toEqual([
    "| a         |   b |",
    "| --------- | --: |",
    "| long cell |     |",
    "| c         |   1 |",
  ]);
});

it.each([
  [0.1234, "0.12"],
  [9.999, "10.00"],
  [12.34, "12.3"],
  [123.4, "123"],
  [-5, "-5.00"],
])("writes %d as %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

it("lets every subject begin once", () => {
  expect([0, 1, 2, 3].map((round) => rotate(["a", "b", "c"], round)[0])).toEqual(["a", "b", "c", "a"]);
  expect(rotate([], 5)).toEqual([]);
});
