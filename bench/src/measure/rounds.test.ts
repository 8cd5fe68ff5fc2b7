import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { alternate } from "./rounds.ts";

async function roundsOf(options: { seconds: number; roundsMin: number; roundMs: number }): Promise<string[]> {
  const rounds: string[] = [];
  const { roundMs, ...budget } = options;
  await alternate(["a", "b"], { ...budget, roundsMax: 3 }, async (order) => {
    rounds.push(order.join(""));
    await delay(roundMs);
  });
  return rounds;
}

test("no round begins that would end too late", async () => {
  expect(await roundsOf({ seconds: 0.15, roundsMin: 1, roundMs: 100 })).toEqual(["ab"]);
});

test("so many there are in any case, and another subject begins each", async () => {
  expect(await roundsOf({ seconds: 0, roundsMin: 2, roundMs: 0 })).toEqual(["ab", "ba"]);
});

test("and no more than so many", async () => {
  expect(await roundsOf({ seconds: 60, roundsMin: 1, roundMs: 0 })).toEqual(["ab", "ba", "ab"]);
});
