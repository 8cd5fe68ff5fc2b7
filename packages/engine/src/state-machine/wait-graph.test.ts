import type { AwaitTree, Combinator } from "@perdure/sdk/internal";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canProgress } from "./await-tree.ts";
import { EITHER, FAILS, findRing, findStuck, type Leaf, SUCCEEDS, type Wait } from "./wait-graph.ts";

/** A leaf, as tests write it: the name of an invocation, or what the outside may make of it. */
type Source = string | number;

interface Graph {
  readonly waits: ReadonlyMap<string, Wait>;
  readonly sources: readonly Source[];
}

const INVOCATIONS_MAX = 1000;

function tree(
  combinator: Combinator,
  completions: readonly number[],
  options: { signals?: readonly number[]; nested?: readonly AwaitTree[] } = {},
): AwaitTree {
  const { signals = [1], nested = [] } = options;
  return { combinator, completions, signals, namedSignals: [], nested };
}

/** Completion `i` of any tree is leaf `i` of `sources`. */
function graphOf(waits: Readonly<Record<string, "free" | string | AwaitTree>>, sources: Source[]): Graph {
  const leaf = (id: number): Leaf => {
    const source = sources[id] ?? EITHER;
    return typeof source === "string"
      ? { type: "invocation", id: source }
      : { type: "outside", outcomes: source };
  };
  const toWait = (wait: string | AwaitTree): Wait => {
    if (wait === "free") return { type: "free" };
    return typeof wait === "string" ? { type: "lock", holder: wait } : { type: "tree", tree: wait, leaf };
  };
  return { waits: new Map(Object.entries(waits).map(([id, wait]) => [id, toWait(wait)])), sources };
}

function stuckIn({ waits }: Graph, start: string, invocationsMax = INVOCATIONS_MAX): string[] | undefined {
  const waitOf = (id: string): Wait => waits.get(id) ?? { type: "free" };
  const stuck = findStuck(start, { waitOf, invocationsMax });
  return stuck === undefined ? undefined : [...stuck].sort();
}

describe("rule 3", () => {
  const FIRST = "firstCompleted";
  test.each<[string, AwaitTree, Source[], boolean]>([
    ["the result of one that waits for it", tree(FIRST, [0]), ["b"], true],
    ["a race of such a one and a timer", tree(FIRST, [0, 1]), ["b", SUCCEEDS], false],
    ["a race of such a one and a signal", tree(FIRST, [0], { signals: [1, 17] }), ["b"], false],
    ["a race of two such", tree(FIRST, [0, 1]), ["b", "b"], true],
    [
      "all of such a one and a timer",
      tree("allSucceededOrFirstFailed", [0, 1], { signals: [] }),
      ["b", SUCCEEDS],
      true,
    ],
    [
      "all of such a one and what may fail",
      tree("allSucceededOrFirstFailed", [0, 1], { signals: [] }),
      ["b", EITHER],
      false,
    ],
    [
      "all, settled, of such a one and what may fail",
      tree("allCompleted", [0, 1], { signals: [] }),
      ["b", EITHER],
      true,
    ],
    [
      "any of such a one and what can only fail",
      tree("firstSucceededOrAllFailed", [0, 1], { signals: [] }),
      ["b", FAILS],
      true,
    ],
    [
      "any of such a one and what may succeed",
      tree("firstSucceededOrAllFailed", [0, 1], { signals: [] }),
      ["b", EITHER],
      false,
    ],
    [
      "an inner all of such a one and a timer",
      tree(FIRST, [], { nested: [tree("allCompleted", [0, 1], { signals: [] })] }),
      ["b", SUCCEEDS],
      true,
    ],
    ["what is unknown, with a timer", tree("unknown", [0, 1]), ["b", SUCCEEDS], false],
  ])("waiting for %s", (_name, wait, sources, isStuck) => {
    const graph = graphOf({ a: wait, b: "a" }, sources);
    expect(stuckIn(graph, "a")).toEqual(isStuck ? ["a", "b"] : undefined);
  });
});

test("one that waits for a ring is stuck with it, and in no ring", () => {
  const graph = graphOf({ a: "b", b: "c", c: "b" }, []);
  expect(stuckIn(graph, "a")).toEqual(["a", "b", "c"]);
  const waitOf = (id: string): Wait => graph.waits.get(id) ?? { type: "free" };
  expect(findRing("a", { waitOf }, new Set(["a", "b", "c"]))).toBeUndefined();
  expect(findRing("b", { waitOf }, new Set(["a", "b", "c"]))).toEqual([
    { from: "b", to: "c", completionId: undefined },
    { from: "c", to: "b", completionId: undefined },
  ]);
});

test("what is freed late frees those that were passed before", () => {
  const graph = graphOf({ a: tree("firstCompleted", [0]), b: tree("firstCompleted", [1, 2]), c: "free" }, [
    "b",
    "a",
    "c",
  ]);
  expect(stuckIn(graph, "a")).toBeUndefined();
});

test("a ring as long as the limit is found, and one that is longer is not", () => {
  const ring = (length: number): Graph =>
    graphOf(Object.fromEntries(Array.from({ length }, (_, n) => [`${n}`, `${(n + 1) % length}`])), []);
  expect(stuckIn(ring(1000), "0")).toHaveLength(1000);
  expect(stuckIn(ring(1001), "0")).toBeUndefined();
});

// ---------------------------------------------------------------- against all futures

/**
 * Plays every order and outcome of everything that can happen: invocations that are
 * free or woken end, leaves from outside complete. True if it is woken in none.
 * `each`: every leaf gets a result of its own, also two of one invocation (rule 5).
 */
function isStuckInAllFutures({ waits, sources }: Graph, start: string, results: "shared" | "each"): boolean {
  const seen = new Set<string>();
  const pending: ReadonlyMap<string, boolean>[] = [new Map()];
  const resultOf = (id: number): string => {
    const source = sources[id];
    return typeof source === "string" && results === "shared" ? source : `leaf ${id}`;
  };
  for (const done of pending) {
    const known = { completion: (id: number) => done.get(resultOf(id)), signal: () => undefined };
    const isAwake = (id: string): boolean => {
      const wait = waits.get(id);
      if (wait?.type === "lock") return done.has(wait.holder);
      return wait?.type !== "tree" || canProgress(wait.tree, known);
    };
    if (isAwake(start)) return false;
    const go = (what: string, isFailure: boolean): void => {
      const next = new Map([...done, [what, isFailure] as const].sort(([a], [b]) => (a < b ? -1 : 1)));
      const text = JSON.stringify([...next]);
      if (!seen.has(text)) pending.push(next);
      seen.add(text);
    };
    for (const id of waits.keys()) {
      if (done.has(id) || !isAwake(id)) continue;
      go(id, false);
      if (results === "shared") go(id, true);
    }
    for (const [id, source] of sources.entries()) {
      if (done.has(resultOf(id))) continue;
      const outcomes =
        typeof source === "number" ? source : results === "each" && done.has(source) ? EITHER : 0;
      if (outcomes & SUCCEEDS) go(resultOf(id), false);
      if (outcomes & FAILS) go(resultOf(id), true);
    }
  }
  return true;
}

const COMBINATORS: readonly Combinator[] = [
  "unknown",
  "firstCompleted",
  "allCompleted",
  "firstSucceededOrAllFailed",
  "allSucceededOrFirstFailed",
];
const IDS = ["a", "b", "c", "d"];
const LEAVES = 7;
const arbitraryCombinator = fc.constantFrom(...COMBINATORS);
const arbitrarySources = fc.array(
  fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...IDS) }, fc.constantFrom(0, SUCCEEDS, FAILS, EITHER)),
  { minLength: LEAVES, maxLength: LEAVES },
);
const arbitraryLock = fc.oneof(fc.constant("free"), { weight: 3, arbitrary: fc.constantFrom(...IDS) });

function arbitraryWaits(arbitraryTree: fc.Arbitrary<AwaitTree>): fc.Arbitrary<(string | AwaitTree)[]> {
  const arbitraryWait = fc.oneof(arbitraryLock, { weight: 2, arbitrary: arbitraryTree });
  return fc.tuple(arbitraryWait, arbitraryWait, arbitraryWait, arbitraryWait);
}

function toGraph(waits: readonly (string | AwaitTree)[], sources: Source[]): Graph {
  return graphOf(Object.fromEntries(IDS.map((id, index) => [id, waits[index] ?? "free"])), sources);
}

const arbitraryLeaves = fc.array(fc.nat(LEAVES - 1), { minLength: 1, maxLength: 3 });
const arbitraryFlatTree = fc
  .tuple(arbitraryCombinator, arbitraryLeaves)
  .map(([combinator, completions]) => tree(combinator, completions, { signals: [] }));
const arbitraryTree = fc
  .tuple(arbitraryCombinator, arbitraryLeaves, fc.array(arbitraryFlatTree, { maxLength: 2 }))
  .map(([combinator, completions, nested]) => tree(combinator, completions, { signals: [], nested }));

test("who is found stuck is woken in no future", () => {
  let stuckCount = 0;
  fc.assert(
    fc.property(arbitraryWaits(arbitraryTree), arbitrarySources, (waits, sources) => {
      const graph = toGraph(waits, sources);
      for (const id of IDS) {
        const stuck = stuckIn(graph, id);
        if (stuck !== undefined) stuckCount += 1;
        for (const other of stuck ?? []) expect(isStuckInAllFutures(graph, other, "shared")).toBe(true);
      }
    }),
    { numRuns: 150 },
  );
  expect(stuckCount).toBeGreaterThan(30);
}, 60_000);

/** Each leaf stands in one place. */
const arbitraryDisjointWaits = fc
  .tuple(
    arbitraryWaits(
      fc.tuple(arbitraryCombinator, arbitraryCombinator).map(([outer, inner]) => {
        return tree(outer, [], { signals: [], nested: [tree(inner, [], { signals: [] })] });
      }),
    ),
    fc.array(fc.tuple(fc.nat(3), fc.boolean()), { minLength: LEAVES, maxLength: LEAVES }),
  )
  .map(([waits, places]) =>
    waits.map((wait, index) => {
      if (typeof wait === "string") return wait;
      const leavesIn = (isInner: boolean): number[] =>
        places.flatMap(([owner, inner], leaf) => (owner === index && inner === isInner ? [leaf] : []));
      const inner = leavesIn(true);
      const nested = inner.length === 0 ? [] : wait.nested.map((one) => ({ ...one, completions: inner }));
      return { ...wait, completions: leavesIn(false), nested };
    }),
  );

test("who is woken in no future is found stuck, if no result decides two waits", () => {
  let stuckCount = 0;
  fc.assert(
    fc.property(arbitraryDisjointWaits, arbitrarySources, (waits, sources) => {
      const graph = toGraph(waits, sources);
      for (const id of IDS) {
        const isStuck = stuckIn(graph, id) !== undefined;
        if (isStuck) stuckCount += 1;
        expect(isStuck).toBe(isStuckInAllFutures(graph, id, "each"));
      }
    }),
    { numRuns: 150 },
  );
  expect(stuckCount).toBeGreaterThan(30);
}, 60_000);
