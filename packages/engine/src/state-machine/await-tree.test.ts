import type { AwaitTree, Combinator } from "@perdure/sdk/internal";
import { expect, test } from "vitest";
import { canProgress } from "./await-tree.ts";

function tree(
  combinator: Combinator,
  completions: readonly number[],
  ...nested: readonly AwaitTree[]
): AwaitTree {
  return { combinator, completions, signals: [], namedSignals: [], nested };
}

/** Completions by id: true is a failure. */
function known(...done: readonly (readonly [number, boolean])[]): Parameters<typeof canProgress>[1] {
  const map = new Map(done);
  return { completion: (id) => map.get(id), signal: (signal) => (signal === "s" ? false : undefined) };
}

const OK = false;
const FAILED = true;

test.each([
  ["first of two, one there", tree("firstCompleted", [1, 2]), known([2, OK]), true],
  ["first of two, none there", tree("firstCompleted", [1, 2]), known(), false],
  ["all, one missing", tree("allSucceededOrFirstFailed", [1, 2]), known([1, OK]), false],
  ["all, both there", tree("allSucceededOrFirstFailed", [1, 2]), known([1, OK], [2, OK]), true],
  ["all, one failed", tree("allSucceededOrFirstFailed", [1, 2]), known([1, FAILED]), true],
  ["any, one failed", tree("firstSucceededOrAllFailed", [1, 2]), known([1, FAILED]), false],
  ["any, all failed", tree("firstSucceededOrAllFailed", [1, 2]), known([1, FAILED], [2, FAILED]), true],
  ["any, one succeeded", tree("firstSucceededOrAllFailed", [1, 2]), known([2, OK]), true],
  ["settled, one missing", tree("allCompleted", [1, 2]), known([1, FAILED]), false],
  ["settled, all there", tree("allCompleted", [1, 2]), known([1, FAILED], [2, OK]), true],
  [
    "an unknown member of all may have failed",
    tree("allSucceededOrFirstFailed", [1], tree("unknown", [2])),
    known([2, OK]),
    true,
  ],
  [
    "a race within all",
    tree("allSucceededOrFirstFailed", [1], tree("firstCompleted", [2, 3])),
    known([3, OK]),
    false,
  ],
  ["nothing ever", tree("firstCompleted", []), known(), false],
  ["a signal", { ...tree("firstCompleted", [1]), namedSignals: ["s"] }, known(), true],
])("%s: %#", (_name, awaited, facts, expected) => {
  expect(canProgress(awaited, facts)).toBe(expected);
});
