import type { AwaitTree, Command } from "@perdure/sdk/internal";
import { awaitedIdOf } from "./awaited.ts";
import { isExclusive } from "./inbox.ts";
import { instanceOf } from "./keys.ts";
import type { LiveInvocation } from "./records.ts";
import { EITHER, FAILS, type Leaf, SUCCEEDS, type Wait } from "./wait-graph.ts";
import type { World } from "./world.ts";

/**
 * What an invocation waits for, as the wait graph takes it.
 *
 * 1. What is suspended has said exactly what it waits for.
 * 2. Of an attempt that runs it is a guess: since version 7 it reports what it
 *    awaits, but may have more to do; before, it may await any of its open calls.
 */
export type Certainty =
  /** Attempts that run are free. */
  | "certain"
  /** Attempts that run may wait for what they could wait for. */
  | "possible";

const FREE: Wait = { type: "free" };

export function waitOf(world: World, invocation: LiveInvocation, certainty: Certainty): Wait {
  switch (invocation.status) {
    case "inboxed": {
      const holder = holderOf(world, invocation);
      return holder === undefined ? FREE : { type: "lock", holder: holder.id };
    }
    case "suspended":
      return toWait(world, invocation, invocation.awaitingOn);
    case "invoked":
      if (certainty === "certain" || invocation.attempt === 0) return FREE;
      return toWait(world, invocation, possibleAwait(world, invocation));
    default:
      return FREE;
  }
}

/** Who has the lock that this one needs. */
export function holderOf(world: World, { target }: LiveInvocation): LiveInvocation | undefined {
  if (!isExclusive(target)) return undefined;
  const id = world.locks.get(instanceOf(target.service, target.key ?? ""));
  return id === undefined ? undefined : world.live.get(id);
}

function toWait(world: World, invocation: LiveInvocation, tree: AwaitTree | undefined): Wait {
  if (tree === undefined) return FREE;
  return { type: "tree", tree, leaf: (completionId) => leafOf(world, invocation, completionId) };
}

/** Rule 2. */
function possibleAwait(world: World, { id, expected, reportedAwait }: LiveInvocation): AwaitTree | undefined {
  if ((world.running.get(id)?.protocolVersion ?? 0) >= 7) return reportedAwait;
  const completions: number[] = [];
  for (const [completionId, command] of expected) if (waitsForEnd(command)) completions.push(completionId);
  return { combinator: "allCompleted", completions, signals: [], namedSignals: [], nested: [] };
}

function waitsForEnd({ type }: Command): boolean {
  return type === "Call" || type === "AttachInvocation" || type === "GetInvocationOutput";
}

function leafOf(world: World, invocation: LiveInvocation, completionId: number): Leaf {
  const isFailure = invocation.completed.get(completionId);
  if (isFailure !== undefined) return { type: "outside", outcomes: isFailure ? FAILS : SUCCEEDS };
  const command = invocation.expected.get(completionId);
  switch (command?.type) {
    case "Call":
    case "AttachInvocation":
    case "GetInvocationOutput": {
      const callee = calleeOf(world, invocation, completionId);
      return callee === undefined
        ? { type: "outside", outcomes: EITHER }
        : { type: "invocation", id: callee.id };
    }
    case "Sleep":
    case "GetLazyState":
    case "GetLazyStateKeys":
      return { type: "outside", outcomes: SUCCEEDS };
    default:
      return { type: "outside", outcomes: EITHER };
  }
}

/** Who will tell it this result. Nobody if it has ended, and its result is being read. */
export function calleeOf(
  world: World,
  invocation: LiveInvocation,
  completionId: number,
): LiveInvocation | undefined {
  const { id } = invocation;
  const awaited = awaitedIdOf(world, invocation, completionId);
  const callee = awaited === undefined ? undefined : world.live.get(awaited);
  if (callee === undefined) return undefined;
  // From behind: most who ask have just been added.
  for (let index = callee.sinks.length - 1; index >= 0; index -= 1) {
    const sink = callee.sinks[index];
    if (sink?.callerId === id && sink.completionId === completionId) return callee;
  }
  return undefined;
}
