import { type AwaitTree, CANCEL_SIGNAL } from "@perdure/sdk/internal";

/**
 * Who waits for whom, and who of them is stuck for ever. Pure: knows neither engine
 * nor time.
 *
 * 1. An invocation is free if something outside of the graph can move it: its code
 *    runs, a timer is set, a signal, a promise or an operator may come.
 * 2. One that waits can go on if its tree can still be decided when all that is free
 *    ends in whichever way it can: with success or with a failure.
 * 3. Stuck is who is not free and cannot go on, even when all that can go on do so
 *    and end. That is the largest set in which each waits for another of the set.
 *    So of a race all branches are stuck, of an `allSettled` one; of an `all` one, as
 *    long as no other branch may fail and so decide it.
 * 4. Cancelling and killing do not count: they can end any wait.
 * 5. Each result is taken to be able to succeed and to fail in each place. A deadlock
 *    that hinges on one result deciding two waits in opposite ways is found when that
 *    result is there.
 */
export type Wait =
  | { readonly type: "free" }
  /** Until this one has ended. */
  | { readonly type: "lock"; readonly holder: string }
  | { readonly type: "tree"; readonly tree: AwaitTree; readonly leaf: (completionId: number) => Leaf };

export type Leaf =
  /** Until this one has ended; its result may be a failure or not. */
  | { readonly type: "invocation"; readonly id: string }
  /** What the leaf is, or may become by itself: bits of {@link SUCCEEDS} and {@link FAILS}. */
  | { readonly type: "outside"; readonly outcomes: number };

export const SUCCEEDS = 1;
export const FAILS = 2;
export const EITHER: number = SUCCEEDS | FAILS;

/** One step of a ring: by a lock (no completion), or by a command of `from`. */
export interface RingStep {
  readonly from: string;
  readonly to: string;
  readonly completionId: number | undefined;
}

export interface WaitGraph {
  readonly waitOf: (id: string) => Wait;
  /** Graphs with more invocations than this are not searched to the end; nothing is found in them. */
  readonly invocationsMax: number;
}

/** `isDirect`: when it is free, so is the whole. A lock has no completion. */
type Awaited = readonly [completionId: number | undefined, isDirect: boolean];

class Node {
  readonly wait: Wait;
  readonly parents: Node[] = [];
  readonly leaves: Iterator<Awaited, undefined>;
  isFree: boolean;

  constructor(wait: Wait) {
    this.wait = wait;
    this.isFree = wait.type === "free" || (wait.type === "tree" && isDecidedBySignal(wait.tree));
    this.leaves = leavesOf(wait);
  }
}

/** The invocations that are stuck and that `start` waits for, itself included; `undefined` if it is not stuck. */
export function findStuck(start: string, graph: WaitGraph): ReadonlySet<string> | undefined {
  const search = new Search(graph);
  return search.isStuck(start) ? search.stuck() : undefined;
}

/**
 * Goes from wait to wait, and back from each that is free. It ends as soon as the
 * first one is known to be free, which for most is the first step.
 */
class Search {
  readonly #graph: WaitGraph;
  readonly #nodes = new Map<string, Node>();

  constructor(graph: WaitGraph) {
    this.#graph = graph;
  }

  isStuck(start: string): boolean {
    const first = this.#add(start);
    const path = [first];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      if (first.isFree || this.#nodes.size > this.#graph.invocationsMax) return false;
      const next = this.#explore(top);
      if (next === undefined) path.pop();
      else path.push(next);
    }
    return !first.isFree;
  }

  stuck(): ReadonlySet<string> {
    const stuck = new Set<string>();
    for (const [id, { isFree }] of this.#nodes) if (!isFree) stuck.add(id);
    return stuck;
  }

  #add(id: string): Node {
    const node = new Node(this.#graph.waitOf(id));
    this.#nodes.set(id, node);
    return node;
  }

  /** The next that this one waits for and that was not looked at yet. */
  #explore(node: Node): Node | undefined {
    while (!node.isFree) {
      const { value, done } = node.leaves.next();
      if (done) {
        if (this.#canGoOn(node)) this.#free(node);
        return undefined;
      }
      const [completionId, isDirect] = value;
      const leaf = toLeaf(node.wait, completionId);
      if (leaf?.type === "invocation") {
        const known = this.#nodes.get(leaf.id);
        const child = known ?? this.#add(leaf.id);
        child.parents.push(node);
        if (known === undefined && !child.isFree) return child;
        if (child.isFree && isDirect) this.#free(node);
      } else if (isDirect && leaf !== undefined && leaf.outcomes !== 0) {
        this.#free(node);
      }
    }
    return undefined;
  }

  /** Frees it, and then those that waited for it and can go on now. */
  #free(node: Node): void {
    node.isFree = true;
    const pending = [node];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      for (const parent of next.parents) {
        if (parent.isFree || !this.#canGoOn(parent)) continue;
        parent.isFree = true;
        pending.push(parent);
      }
    }
  }

  #canGoOn({ wait }: Node): boolean {
    switch (wait.type) {
      case "free":
        return true;
      case "lock":
        return this.#isFree(wait.holder);
      case "tree":
        return outcomesOf(wait.tree, (id) => this.#outcomesOfLeaf(wait.leaf(id))) !== 0;
    }
  }

  #outcomesOfLeaf(leaf: Leaf): number {
    if (leaf.type === "outside") return leaf.outcomes;
    return this.#isFree(leaf.id) ? EITHER : 0;
  }

  #isFree(id: string): boolean {
    return this.#nodes.get(id)?.isFree ?? false;
  }
}

function* leavesOf(wait: Wait): Generator<Awaited, undefined> {
  if (wait.type === "lock") yield [undefined, true];
  if (wait.type !== "tree") return undefined;
  const isFirst = isFirstKind(wait.tree);
  for (const id of wait.tree.completions) yield [id, isFirst];
  for (const nested of wait.tree.nested) for (const id of completionsOf(nested)) yield [id, false];
  return undefined;
}

function toLeaf(wait: Wait, completionId: number | undefined): Leaf | undefined {
  if (wait.type === "lock") return { type: "invocation", id: wait.holder };
  return wait.type === "tree" && completionId !== undefined ? wait.leaf(completionId) : undefined;
}

function* completionsOf(tree: AwaitTree): Generator<number, undefined> {
  yield* tree.completions;
  for (const nested of tree.nested) yield* completionsOf(nested);
  return undefined;
}

function isFirstKind({ combinator }: AwaitTree): boolean {
  return combinator === "firstCompleted" || combinator === "unknown";
}

function isDecidedBySignal(tree: AwaitTree): boolean {
  return isFirstKind(tree) && (tree.namedSignals.length > 0 || tree.signals.some(isOutside));
}

/** Rule 4. */
function isOutside(signal: number): boolean {
  return signal !== CANCEL_SIGNAL;
}

/** How a tree may still be decided, given how its leaves may. */
function outcomesOf(tree: AwaitTree, leaf: (completionId: number) => number): number {
  const members = [
    ...tree.completions.map(leaf),
    ...tree.signals.map((signal) => (isOutside(signal) ? EITHER : 0)),
    ...tree.namedSignals.map(() => EITHER),
    ...tree.nested.map((nested) => outcomesOf(nested, leaf)),
  ];
  const some = (outcome: number): boolean => members.some((member) => (member & outcome) !== 0);
  const every = (outcome: number): boolean => members.every((member) => (member & outcome) !== 0);
  const both = (succeeds: boolean, fails: boolean): number => (succeeds ? SUCCEEDS : 0) | (fails ? FAILS : 0);
  switch (tree.combinator) {
    case "firstCompleted":
      return both(some(SUCCEEDS), some(FAILS));
    case "unknown":
      return some(EITHER) ? EITHER : 0;
    case "allCompleted":
      return both(every(EITHER), false);
    case "allSucceededOrFirstFailed":
      return both(every(SUCCEEDS), some(FAILS));
    case "firstSucceededOrAllFailed":
      return both(some(SUCCEEDS), every(FAILS));
  }
}

/** The shortest ring through `start` among those that are stuck. */
export function findRing(
  start: string,
  { waitOf }: Pick<WaitGraph, "waitOf">,
  stuck: ReadonlySet<string>,
): RingStep[] | undefined {
  const cameBy = new Map<string, RingStep>();
  const pending = [start];
  for (const from of pending) {
    const wait = waitOf(from);
    for (const [completionId] of leavesOf(wait)) {
      const leaf = toLeaf(wait, completionId);
      if (leaf?.type !== "invocation" || !stuck.has(leaf.id) || cameBy.has(leaf.id)) continue;
      cameBy.set(leaf.id, { from, to: leaf.id, completionId });
      if (leaf.id === start) return walkBack(start, cameBy);
      pending.push(leaf.id);
    }
  }
  return undefined;
}

function walkBack(start: string, cameBy: ReadonlyMap<string, RingStep>): RingStep[] {
  const ring: RingStep[] = [];
  for (let step = cameBy.get(start); step !== undefined; step = cameBy.get(step.from)) {
    ring.push(step);
    if (step.from === start) break;
  }
  return ring.reverse();
}
