import { describe, expect, it } from "vitest";
import { createChance } from "./random.ts";

describe("chance", () => {
  it("repeats with its seed, and differs with another", () => {
    const draw = (seed: number): unknown[] => {
      const chance = createChance(seed);
      return [chance.random(), [...chance.entropy()], chance.random()];
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it("gives numbers of [0, 1) that are spread, and no id twice", () => {
    const chance = createChance(0);
    const numbers = Array.from({ length: 10_000 }, () => chance.random());
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    expect(numbers.filter((number) => number < 0.5).length / numbers.length).toBeCloseTo(0.5, 1);
    expect(new Set(Array.from({ length: 10_000 }, () => chance.entropy().join())).size).toBe(10_000);
  });
});
