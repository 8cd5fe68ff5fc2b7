import { expect, it } from "vitest";
import { shareOut, spread } from "./budget.ts";

it.each([
  { budget: 10, wants: [], shares: [] },
  { budget: 10, wants: [3, 4], shares: [3, 4] },
  { budget: 7, wants: [3, 4], shares: [3, 4] },
  { budget: 6, wants: [3, 4], shares: [3, 3] },
  { budget: 10, wants: [2, 100, 100], shares: [2, 4, 4] },
  { budget: 2, wants: [5, 5, 5], shares: [1, 1, 0] },
  { budget: 0, wants: [5], shares: [0] },
])("$budget shared out to $wants", ({ budget, wants, shares }) => {
  expect(shareOut(budget, wants)).toEqual(shares);
});

it.each([
  { count: 5, of: [1, 2, 3], are: [1, 2, 3] },
  { count: 3, of: [1, 2, 3], are: [1, 2, 3] },
  { count: 2, of: [1, 2, 3, 4], are: [1, 3] },
  { count: 0, of: [1, 2], are: [] },
])("$count of $of, evenly spread", ({ count, of, are }) => {
  expect(spread(of, count)).toEqual(are);
});
