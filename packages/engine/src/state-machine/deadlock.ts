import type { CallCommand, Outcome } from "@perdure/sdk/internal";
import { awaitsSignals, completionsOf } from "./await-tree.ts";
import { awaitedIdOf } from "./awaited.ts";
import { end } from "./end.ts";
import { isExclusive } from "./inbox.ts";
import { instanceOf } from "./keys.ts";
import { describeTarget, type LiveInvocation } from "./records.ts";
import type { World } from "./world.ts";

/**
 * Deadlocks between objects: exclusive handlers that wait for each other's locks,
 * in a ring. Elsewhere they hang for ever.
 *
 * 1. A ring is only one if each member waits for nothing else: a handler that
 *    races a call against a timer, or that does not await the call, is not stuck.
 * 2. What a handler waits for is known when it is suspended. So when a call may
 *    close a ring, its members are asked to suspend; and when one has suspended,
 *    the ring is looked at exactly.
 * 3. The call that waits at the door of a locked object is failed, terminally,
 *    with the ring in the message. Its caller can handle that as any other failure.
 */

/** A call was made. If it may close a ring, those in it are asked what they wait for (rule 2). */
export function suspectDeadlock(world: World, caller: LiveInvocation, call: CallCommand): void {
  const callee = calleeOf(world, caller, call.completionId);
  if (callee?.status !== "inboxed") return;
  const members = reachableFrom(world, callee);
  if (!members.has(caller.id)) return;
  for (const id of members) {
    const member = world.live.get(id);
    if (member === undefined || member.attempt === 0) continue;
    world.step.effect({ type: "endInput", invocationId: id, attempt: member.attempt });
  }
}

/** Everything that `from` could be waiting for, calls and locks alike. */
function reachableFrom(world: World, from: LiveInvocation): Set<string> {
  const seen = new Set<string>();
  const pending = [from];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const id of waitsFor(world, next)) {
      const other = world.live.get(id);
      if (other === undefined || seen.has(id)) continue;
      seen.add(id);
      pending.push(other);
    }
  }
  return seen;
}

function waitsFor(world: World, invocation: LiveInvocation): string[] {
  if (invocation.status === "inboxed") {
    const holder = holderOf(world, invocation);
    return holder === undefined ? [] : [holder];
  }
  const ids: string[] = [];
  for (const [completionId, command] of invocation.expected) {
    if (command.type !== "Call") continue;
    const callee = calleeOf(world, invocation, completionId);
    if (callee !== undefined) ids.push(callee.id);
  }
  return ids;
}

function holderOf(world: World, { target }: LiveInvocation): string | undefined {
  return isExclusive(target) ? world.locks.get(instanceOf(target.service, target.key ?? "")) : undefined;
}

/** The invocation that a call of this one waits for, while it lives. */
function calleeOf(world: World, caller: LiveInvocation, completionId: number): LiveInvocation | undefined {
  if (caller.expected.get(completionId)?.type !== "Call") return undefined;
  const id = awaitedIdOf(world, caller, completionId);
  return id === undefined ? undefined : world.live.get(id);
}

/** An invocation has suspended. If that closed a ring, the ring is broken (rule 3). */
export function breakDeadlock(world: World, invocation: LiveInvocation): void {
  const ring = findRing(world, invocation);
  if (ring === undefined) return;
  const waiting = ring.filter(({ status }) => status === "inboxed");
  const victim = waiting.at(-1);
  if (victim === undefined) return;
  const names = ring.map(({ target }) => describeTarget(target));
  const failure: Outcome = {
    type: "failure",
    failure: {
      code: 409,
      message:
        `Deadlock: ${[...names, names[0]].join(" -> ")}. Each waits for the one behind it to give its ` +
        "object free, so this call is failed. Send a message instead of calling, or use a shared handler.",
    },
  };
  end(world, victim, failure, { forget: true });
}

/** The ring that goes through `start`, if everyone in it is stuck (rule 1). */
function findRing(world: World, start: LiveInvocation): LiveInvocation[] | undefined {
  const ring: LiveInvocation[] = [];
  const seen = new Set<string>();
  for (let at: LiveInvocation | undefined = start; at !== undefined; at = soleWait(world, at)) {
    if (at === start && ring.length > 0) return ring;
    if (seen.has(at.id)) return undefined;
    seen.add(at.id);
    ring.push(at);
  }
  return undefined;
}

/** The one invocation without which this one cannot go on; `undefined` if something else could wake it. */
function soleWait(world: World, invocation: LiveInvocation): LiveInvocation | undefined {
  if (invocation.status === "inboxed") {
    const holder = holderOf(world, invocation);
    return holder === undefined ? undefined : world.live.get(holder);
  }
  if (invocation.status !== "suspended" || invocation.awaitingOn === undefined) return undefined;
  if (awaitsSignals(invocation.awaitingOn)) return undefined;
  const awaited = completionsOf(invocation.awaitingOn);
  const [first] = awaited;
  return awaited.length === 1 && first !== undefined ? calleeOf(world, invocation, first) : undefined;
}
