import type { WaitingInvocation, WaitReason } from "../engine-api.ts";

/**
 * The chain of waits in one sentence, for people. Where something waits for several
 * things, the sentence follows the first of them that is an invocation.
 */

/** Longer chains are cut: the last links are in the data. */
const LINKS_MAX = 20;

export function describeWaiting(invocations: readonly WaitingInvocation[]): string {
  const byId = new Map(invocations.map((invocation) => [invocation.invocationId, invocation]));
  const seen = new Set<string>();
  const parts: string[] = [];
  let at = invocations[0];
  while (at !== undefined) {
    seen.add(at.invocationId);
    const reason = at.waits.find((wait) => nextOf(wait) !== undefined) ?? at.waits[0];
    const next = reason === undefined ? undefined : nextOf(reason);
    const subject = parts.length === 0 ? nameOf(at) : "which";
    parts.push(`${subject} ${describeAll(at, reason, byId)}`);
    if (next !== undefined && seen.has(next)) {
      parts.push("which is part of this chain already");
      break;
    }
    at = next === undefined ? undefined : byId.get(next);
    if (parts.length === LINKS_MAX && at !== undefined) {
      parts.push("and so on");
      break;
    }
  }
  return `${parts.join(", ")}.`;
}

function nextOf(reason: WaitReason): string | undefined {
  if (reason.type === "call" || reason.type === "attach") return reason.invocationId;
  return reason.type === "lock" ? reason.heldBy : undefined;
}

function nameOf({ target, invocationId }: Pick<WaitingInvocation, "target" | "invocationId">): string {
  return `${target} (${invocationId})`;
}

const NEEDS = {
  any: "any",
  all: "all",
  firstSuccess: "the first success",
  allSuccesses: "all, or the first failure,",
} as const;

function describeAll(
  { status, waits, needs }: WaitingInvocation,
  reason: WaitReason | undefined,
  byId: ReadonlyMap<string, WaitingInvocation>,
): string {
  if (reason === undefined) return status === "completed" ? "has ended" : "waits for nothing that is known";
  const text = describeReason(reason, byId);
  return waits.length === 1 ? text : `waits for ${NEEDS[needs]} of ${waits.length}, one of which: it ${text}`;
}

function describeReason(reason: WaitReason, byId: ReadonlyMap<string, WaitingInvocation>): string {
  switch (reason.type) {
    case "call":
      return `waits for call #${reason.commandIndex} to ${nameFrom(reason)}`;
    case "attach":
      return `waits, by attach #${reason.commandIndex}, for ${nameFrom(reason)}`;
    case "lock": {
      const others = reason.queuedBefore === 0 ? "" : `, with ${reason.queuedBefore} before it,`;
      const holder = reason.heldBy === undefined ? undefined : byId.get(reason.heldBy);
      const name = holder === undefined ? (reason.heldBy ?? "another") : nameOf(holder);
      return `is queued${others} behind ${name} that holds the lock`;
    }
    case "sleep":
      return `sleeps until ${toTime(reason.untilMs)} (command #${reason.commandIndex})`;
    case "promise":
      return `waits for the promise '${reason.name}' (command #${reason.commandIndex})`;
    case "run":
      return `carries out the side effect '${reason.name}' (command #${reason.commandIndex})`;
    case "answer":
      return `waits for the answer to ${reason.command} (command #${reason.commandIndex})`;
    case "awakeable":
      return `waits for the awakeable ${reason.awakeableId}`;
    case "signal":
      return `waits for the signal ${JSON.stringify(reason.signal)}`;
    case "start":
      return `starts at ${toTime(reason.atMs)}`;
    case "retry":
      return `is tried again${reason.atMs === undefined ? "" : ` at ${toTime(reason.atMs)}`}${because(reason.failure)}`;
    case "operator":
      return `is paused until an operator resumes it${because(reason.failure)}`;
    case "code":
      return "runs";
  }
}

function nameFrom({ target, invocationId }: { target: string | undefined; invocationId: string }): string {
  return target === undefined ? invocationId : `${target} (${invocationId})`;
}

function because(failure: string | undefined): string {
  return failure === undefined ? "" : ` after ${JSON.stringify(failure)}`;
}

function toTime(ms: number): string {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? `${ms} ms` : time.toISOString();
}
