import { describe, expect, it } from "vitest";
import { beyondFirst, growthExponent, summarize, summarizeRatio } from "./stats.ts";

describe("a summary", () => {
  it.each([
    [[5], { median: 5, low: 5, high: 5, count: 1 }],
    [[1, 2], { median: 1.5, low: 1.25, high: 1.75, count: 2 }],
    [[30, 10, 20], { median: 20, low: 15, high: 25, count: 3 }],
    [[1, 2, 3, 4, 1000], { median: 3, low: 2, high: 4, count: 5 }],
  ])("of %j", (figures, expected) => {
    expect(summarize(figures)).toEqual(expected);
  });

  it("leaves the figures in their order, and refuses none", () => {
    const figures = [3, 1, 2];
    summarize(figures);
    expect(figures).toEqual([3, 1, 2]);
    expect(() => summarize([])).toThrow(RangeError);
  });

  it("of a ratio compares what was measured in the same round", () => {
    expect(summarizeRatio([1, 10, 2], [2, 20, 4])).toEqual({ median: 0.5, low: 0.5, high: 0.5, count: 3 });
    expect(summarizeRatio([1, 10], [2]).count).toBe(1);
    expect(() => summarizeRatio([1], [])).toThrow(RangeError);
  });
});

describe("growth", () => {
  it.each([0, 1, 1.5, 2])("with exponent %d is found", (exponent) => {
    const points = [1, 10, 100, 1000].map((size) => ({ size, cost: 7 * size ** exponent }));
    expect(growthExponent(points)).toBeCloseTo(exponent, 10);
  });

  it("is seen beyond what is always there", () => {
    const points = [1, 11, 101, 1001].map((size) => ({ size, cost: 500 + 7 * size }));
    expect(beyondFirst(points)).toEqual([
      { size: 10, cost: 70 },
      { size: 100, cost: 700 },
      { size: 1000, cost: 7000 },
    ]);
    expect(growthExponent(points)).toBeLessThan(0.6);
    expect(growthExponent(beyondFirst(points))).toBeCloseTo(1, 10);
  });

  it("has nothing beyond a first that is alone, or costs as much as the others", () => {
    expect(beyondFirst([])).toEqual([]);
    expect(beyondFirst([{ size: 5, cost: 1 }])).toEqual([]);
    expect(
      beyondFirst([
        { size: 5, cost: 1 },
        { size: 6, cost: 1 },
      ]),
    ).toEqual([]);
  });

  it("needs two sizes", () => {
    expect(() => growthExponent([{ size: 5, cost: 1 }])).toThrow(RangeError);
    expect(() =>
      growthExponent([
        { size: 5, cost: 1 },
        { size: 5, cost: 2 },
      ]),
    ).toThrow(RangeError);
  });
});
