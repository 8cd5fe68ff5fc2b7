import type { AwaitTree } from "@perdure/sdk/internal";

/**
 * Whether a suspended handler can go on. Protocol sections 3.5 and 5.4.
 *
 * 1. `unknown` trees hide what the handler makes of their members: once one is
 *    done they may have succeeded or failed.
 * 2. Where that cannot be told and matters, the handler is woken: waking too
 *    often costs an attempt, not waking would lose it.
 */
export interface Known {
  /** `undefined`: not there; else whether it is a failure. */
  completion(id: number): boolean | undefined;
  signal(signal: number | string): boolean | undefined;
}

type State = "pending" | "succeeded" | "failed" | "either";

export function canProgress(tree: AwaitTree, known: Known): boolean {
  return evaluate(tree, known) !== "pending";
}

function evaluate(tree: AwaitTree, known: Known): State {
  const members = [...leavesOf(tree, known), ...tree.nested.map((nested) => evaluate(nested, known))];
  switch (tree.combinator) {
    case "firstCompleted":
      return members.find((member) => member !== "pending") ?? "pending";
    case "unknown":
      return members.every((member) => member === "pending") ? "pending" : "either";
    case "allCompleted":
      return members.includes("pending") ? "pending" : "succeeded";
    case "allSucceededOrFirstFailed":
      return decide(members, { first: "failed", rest: "succeeded" });
    case "firstSucceededOrAllFailed":
      return decide(members, { first: "succeeded", rest: "failed" });
  }
}

/** The first member of the one kind decides, or all of the other. */
function decide(members: readonly State[], by: { readonly first: State; readonly rest: State }): State {
  if (members.includes(by.first)) return by.first;
  if (members.includes("either")) return "either";
  return members.includes("pending") ? "pending" : by.rest;
}

function leavesOf(tree: AwaitTree, known: Known): State[] {
  return [
    ...tree.completions.map((id) => toState(known.completion(id))),
    ...[...tree.signals, ...tree.namedSignals].map((signal) => toState(known.signal(signal))),
  ];
}

function toState(isFailure: boolean | undefined): State {
  if (isFailure === undefined) return "pending";
  return isFailure ? "failed" : "succeeded";
}

/** Every completion id anywhere in the tree. */
export function completionsOf(tree: AwaitTree): number[] {
  return [...tree.completions, ...tree.nested.flatMap(completionsOf)];
}

/** Whether something other than completions of commands could wake it; the cancel signal does not count. */
export function awaitsSignals(tree: AwaitTree): boolean {
  return (
    tree.namedSignals.length > 0 ||
    tree.signals.some((signal) => signal !== 1) ||
    tree.nested.some(awaitsSignals)
  );
}
