import {
  type AwaitTree,
  CANCEL_SIGNAL,
  type Combinator,
  type Command,
  decodeInvocationId,
  encodeAwakeableId,
  FIRST_AWAKEABLE_SIGNAL,
} from "@perdure/sdk/internal";
import type { WaitingFor, WaitingInvocation, WaitReason } from "../engine-api.ts";
import { awaitedIdOf } from "./awaited.ts";
import { instanceOf } from "./keys.ts";
import { describeTarget, type LiveInvocation } from "./records.ts";
import { describeWaiting } from "./waiting-words.ts";
import { holderOf } from "./waits.ts";
import type { World } from "./world.ts";

/**
 * What an operator is told of an invocation that does not go on: what it waits for,
 * and what that waits for in turn. Only looks; bounded in what it says.
 */

/** How many invocations are told of. */
export const WAITING_INVOCATIONS_MAX = 100;
/** How many waits of each. */
export const WAIT_REASONS_MAX = 100;

export function waitingFor(world: World, invocationId: string): WaitingFor | undefined {
  if (!world.live.has(invocationId) && !world.completed.has(invocationId)) return undefined;
  const ids = new Set([invocationId]);
  const invocations: WaitingInvocation[] = [];
  let isTruncated = false;
  for (const id of ids) {
    if (invocations.length === WAITING_INVOCATIONS_MAX) {
      isTruncated = true;
      break;
    }
    const { waiting, hasMore } = toWaiting(world, id);
    if (waiting === undefined) continue;
    isTruncated ||= hasMore;
    invocations.push(waiting);
    for (const reason of waiting.waits) {
      if (reason.type === "call" || reason.type === "attach") ids.add(reason.invocationId);
      else if (reason.type === "lock" && reason.heldBy !== undefined) ids.add(reason.heldBy);
    }
  }
  const deadlocks = world.deadlocks.filter(({ cycle }) =>
    cycle.some((member) => member.invocationId === invocationId),
  );
  return { invocationId, summary: describeWaiting(invocations), invocations, isTruncated, deadlocks };
}

function toWaiting(
  world: World,
  id: string,
): { readonly waiting: WaitingInvocation | undefined; readonly hasMore: boolean } {
  const live = world.live.get(id);
  if (live !== undefined) {
    const { needs, reasons, hasMore } = reasonsOf(world, live);
    const { status, modifiedAtMs } = live;
    const target = describeTarget(live.target);
    return { waiting: { invocationId: id, target, status, modifiedAtMs, needs, waits: reasons }, hasMore };
  }
  const completed = world.completed.get(id);
  if (completed === undefined) return { waiting: undefined, hasMore: false };
  const waiting = {
    invocationId: id,
    target: describeTarget(completed.target),
    status: "completed",
    modifiedAtMs: completed.completedAtMs,
    needs: "any",
    waits: [],
  } as const;
  return { waiting, hasMore: false };
}

interface Reasons {
  readonly needs: WaitingInvocation["needs"];
  readonly reasons: readonly WaitReason[];
  readonly hasMore: boolean;
}

function reasonsOf(world: World, invocation: LiveInvocation): Reasons {
  const failure = invocation.lastFailure?.message;
  const only = (reason: WaitReason): Reasons => ({ needs: "any", reasons: [reason], hasMore: false });
  switch (invocation.status) {
    case "scheduled":
      return only({ type: "start", atMs: invocation.executeAtMs ?? 0 });
    case "inboxed":
      return only(lockReason(world, invocation));
    case "paused":
      return only({ type: "operator", failure });
    case "suspended":
      return treeReasons(world, invocation, invocation.awaitingOn);
    case "invoked":
      if (invocation.attempt === 0) return only({ type: "retry", atMs: invocation.nextRetryAtMs, failure });
      return treeReasons(world, invocation, invocation.reportedAwait);
  }
}

function lockReason(world: World, invocation: LiveInvocation): WaitReason {
  const { id, target } = invocation;
  const inbox = world.inboxes.get(instanceOf(target.service, target.key ?? "")) ?? [];
  const index = inbox.findIndex((item) => item.type === "invocation" && item.id === id);
  return { type: "lock", heldBy: holderOf(world, invocation)?.id, queuedBefore: Math.max(0, index) };
}

const CODE: Reasons = { needs: "any", reasons: [{ type: "code" }], hasMore: false };

function treeReasons(world: World, invocation: LiveInvocation, tree: AwaitTree | undefined): Reasons {
  if (tree === undefined) return CODE;
  const root = unwrap(tree);
  const indexes = commandIndexes(invocation);
  const reasons: WaitReason[] = [];
  for (const reason of leafReasons(world, { invocation, indexes }, root)) {
    if (reasons.length === WAIT_REASONS_MAX) return { needs: needsOf(root), reasons, hasMore: true };
    reasons.push(reason);
  }
  // It has been told already, and its code is about to go on.
  return reasons.length === 0 ? CODE : { needs: needsOf(root), reasons, hasMore: false };
}

/** Without what is only there to let it be cancelled. */
function unwrap(tree: AwaitTree): AwaitTree {
  const [inner, ...others] = tree.nested;
  const isAlone =
    others.length === 0 &&
    tree.completions.length === 0 &&
    tree.namedSignals.length === 0 &&
    tree.signals.every((signal) => signal === CANCEL_SIGNAL);
  return inner !== undefined && isAlone ? unwrap(inner) : tree;
}

function needsOf({ combinator }: { readonly combinator: Combinator }): WaitingInvocation["needs"] {
  switch (combinator) {
    case "firstCompleted":
    case "unknown":
      return "any";
    case "allCompleted":
      return "all";
    case "firstSucceededOrAllFailed":
      return "firstSuccess";
    case "allSucceededOrFirstFailed":
      return "allSuccesses";
  }
}

/** Of each command that has a completion, its index among the commands. */
function commandIndexes({ journal }: LiveInvocation): ReadonlyMap<number, number> {
  const indexes = new Map<number, number>();
  let index = 0;
  for (const { message } of journal) {
    if (message.type === "Completion" || message.type === "Signal") continue;
    if ("completionId" in message) indexes.set(message.completionId, index);
    index += 1;
  }
  return indexes;
}

interface Asked {
  readonly invocation: LiveInvocation;
  readonly indexes: ReadonlyMap<number, number>;
}

function* leafReasons(world: World, asked: Asked, tree: AwaitTree): Generator<WaitReason, undefined> {
  const { invocation, indexes } = asked;
  for (const id of tree.completions) {
    const command = invocation.expected.get(id);
    if (command === undefined) continue;
    const commandIndex = indexes.get(id) ?? 0;
    yield commandReason(world, invocation, { command, completionId: id, commandIndex });
  }
  for (const signal of tree.signals) {
    if (signal >= FIRST_AWAKEABLE_SIGNAL) {
      yield { type: "awakeable", awakeableId: encodeAwakeableId(decodeInvocationId(invocation.id), signal) };
    } else if (signal !== CANCEL_SIGNAL) yield { type: "signal", signal };
  }
  for (const signal of tree.namedSignals) yield { type: "signal", signal };
  for (const nested of tree.nested) yield* leafReasons(world, asked, nested);
  return undefined;
}

function commandReason(
  world: World,
  invocation: LiveInvocation,
  at: { readonly command: Command; readonly completionId: number; readonly commandIndex: number },
): WaitReason {
  const { command, commandIndex } = at;
  switch (command.type) {
    case "Call":
    case "AttachInvocation": {
      const invocationId = awaitedIdOf(world, invocation, at.completionId) ?? "";
      const found = world.live.get(invocationId) ?? world.completed.get(invocationId);
      const target = found === undefined ? undefined : describeTarget(found.target);
      return { type: command.type === "Call" ? "call" : "attach", commandIndex, invocationId, target };
    }
    case "Sleep":
      return { type: "sleep", commandIndex, name: command.name, untilMs: command.wakeUpTimeMs };
    case "GetPromise":
      return { type: "promise", commandIndex, name: command.key };
    case "Run":
      return { type: "run", commandIndex, name: command.name };
    default:
      return { type: "answer", commandIndex, command: command.type };
  }
}
