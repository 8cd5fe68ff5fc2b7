import type { Outcome } from "@perdure/sdk/internal";
import { end } from "./end.ts";
import { isExclusive } from "./inbox.ts";
import { instanceOf } from "./keys.ts";
import { complete } from "./notify.ts";
import { describeTarget, type LiveInvocation } from "./records.ts";
import { findRing, findStuck, type RingStep, type WaitGraph } from "./wait-graph.ts";
import { type Certainty, waitOf } from "./waits.ts";
import type { World } from "./world.ts";

/**
 * Deadlocks: invocations that wait for each other's locks and results, so that none
 * of them can ever go on. Elsewhere they hang for ever.
 *
 * 1. Which invocations are stuck is said in wait-graph.ts. A deadlock is reported if
 *    there is one, and only then, up to {@link INVOCATIONS_MAX} invocations that wait
 *    for each other. Out of sight is what no invocation can know: that someone would
 *    have cancelled or killed one of them, or what a handler does beside `ctx`.
 * 2. Deadlocks don't form by themselves. One forms when an invocation gets behind a
 *    lock, begins to wait, or learns that part of what it waits for will not help;
 *    that one is a suspect, and is in the ring. One for whom nobody waits is in none,
 *    which is most of them and costs a look.
 * 3. What a handler waits for is certain when it is suspended. Those of a possible
 *    ring that still run are asked to suspend. Each that does is a suspect again, so
 *    the last one closes the ring or shows that there is none.
 * 4. Of the ring, the wait that began last fails, terminally, with the ring in the
 *    message: the handler can treat that as any other failure. A call that had not
 *    started and that nobody else waits for is taken back with it. This goes on until
 *    the suspect is not stuck any more.
 * 5. Suspects are looked at when the event has had all its effects, in the same step:
 *    what is stored has no deadlocks.
 */
const INVOCATIONS_MAX = 10_000;

/** How many of the deadlocks that were found are remembered; the oldest give way. */
export const DEADLOCKS_KEPT_MAX = 100;

/** Rule 5. */
export function breakDeadlocks(world: World): void {
  const { suspects } = world;
  for (let suspect = suspects.first(); suspect !== undefined; suspect = suspects.first()) {
    // It may become one again, by what is done here.
    suspects.delete(suspect);
    while (breakOne(world, suspect)) {}
  }
}

/** Whether a ring was broken, and there may be another one. */
function breakOne(world: World, suspect: LiveInvocation): boolean {
  if (world.live.get(suspect.id) !== suspect || !isWaitedFor(world, suspect)) return false;
  const possible = findStuck(suspect.id, graphOf(world, "possible"));
  if (possible === undefined) return false;
  const running = [...possible].flatMap((id) => runningOf(world, id));
  const stuck = running.length === 0 ? possible : findStuck(suspect.id, graphOf(world, "certain"));
  if (stuck === undefined) {
    // Rule 3.
    for (const { id: invocationId, attempt } of running) {
      world.step.effect({ type: "endInput", invocationId, attempt });
    }
    return false;
  }
  const ring = findRing(suspect.id, graphOf(world, "certain"), stuck);
  if (ring === undefined) return false;
  breakRing(world, ring);
  return true;
}

/** Rule 2. */
function isWaitedFor(world: World, { id, target, sinks }: LiveInvocation): boolean {
  if (sinks.length > 0) return true;
  if (!isExclusive(target)) return false;
  const instance = instanceOf(target.service, target.key ?? "");
  return world.inboxes.has(instance) && world.locks.get(instance) === id;
}

function graphOf(world: World, certainty: Certainty): WaitGraph {
  return {
    invocationsMax: INVOCATIONS_MAX,
    waitOf: (id) => {
      const invocation = world.live.get(id);
      return invocation === undefined ? { type: "free" } : waitOf(world, invocation, certainty);
    },
  };
}

function runningOf(world: World, id: string): LiveInvocation[] {
  const invocation = world.live.get(id);
  return invocation === undefined || invocation.attempt === 0 ? [] : [invocation];
}

/** A wait of a ring that is for a result, and so can be failed. */
interface Link {
  readonly caller: LiveInvocation;
  readonly callee: LiveInvocation;
  readonly completionId: number;
}

/** Rule 4. */
function breakRing(world: World, ring: readonly RingStep[]): void {
  const link = lastLink(ring.flatMap((step) => toLink(world, step)));
  if (link === undefined) return;
  const { caller, callee, completionId } = link;
  const message = describeRing(world, startAt(ring, caller.id));
  const failure: Outcome = { type: "failure", failure: { code: 409, message } };
  note(world, { ring: startAt(ring, caller.id), link, message });
  if (isTakenBack(link)) {
    end(world, callee, failure, { forget: true });
    return;
  }
  callee.sinks = callee.sinks.filter(
    (sink) => sink.callerId !== caller.id || sink.completionId !== completionId,
  );
  world.touch(callee);
  complete(world, caller, completionId, failure);
}

function toLink(world: World, { from, to, completionId }: RingStep): Link[] {
  const caller = world.live.get(from);
  const callee = world.live.get(to);
  if (caller === undefined || callee === undefined || completionId === undefined) return [];
  return [{ caller, callee, completionId }];
}

/** That whose command was stored last; of one time, that which came last to a lock. */
function lastLink(links: readonly Link[]): Link | undefined {
  const [first, ...others] = links.map((link) => ({ link, entry: findCommand(link), seq: seqOf(link) }));
  let last = first;
  for (const other of others) {
    if (last === undefined) break;
    const later = (other.entry?.atMs ?? 0) - (last.entry?.atMs ?? 0) || other.seq - last.seq;
    if (later > 0) last = other;
  }
  return last?.link;
}

function seqOf({ callee }: Link): number {
  return callee.inboxSeq ?? 0;
}

/** The index among the commands, and the time, of what a completion was asked for by. */
function findCommand({ caller, completionId }: Link): { index: number; atMs: number } | undefined {
  let index = 0;
  for (const { message, appendedAtMs } of caller.journal) {
    if (message.type === "Completion" || message.type === "Signal") continue;
    if ("completionId" in message && message.completionId === completionId) {
      return { index, atMs: appendedAtMs };
    }
    index += 1;
  }
  return undefined;
}

/** It was made by this call alone, and has not begun. */
function isTakenBack({ caller, callee, completionId }: Link): boolean {
  const { status, invokedBy, sinks, waiters } = callee;
  return (
    caller.expected.get(completionId)?.type === "Call" &&
    status === "inboxed" &&
    invokedBy.type === "service" &&
    invokedBy.id === caller.id &&
    sinks.length === 1 &&
    waiters.size === 0
  );
}

function startAt(ring: readonly RingStep[], id: string): readonly RingStep[] {
  const index = Math.max(
    0,
    ring.findIndex(({ from }) => from === id),
  );
  return [...ring.slice(index), ...ring.slice(0, index)];
}

function describeRing(world: World, ring: readonly RingStep[]): string {
  const names = ring.map(({ from }) => describe(world, from));
  const path = [...names, names[0]].join(" -> ");
  const hasLock = ring.some(({ completionId }) => completionId === undefined);
  return hasLock
    ? `Deadlock: ${path}. Each waits for the one behind it to give its object free, so this call is ` +
        "failed. Send a message instead of calling, or use a shared handler."
    : `Deadlock: ${path}. Each waits for the result of the one behind it, so this wait is failed. ` +
        "Do not wait for an invocation that waits for this one.";
}

function describe(world: World, id: string): string {
  const invocation = world.live.get(id);
  return invocation === undefined ? id : describeTarget(invocation.target);
}

function note(
  world: World,
  found: { readonly ring: readonly RingStep[]; readonly link: Link; readonly message: string },
): void {
  const { caller, callee } = found.link;
  world.deadlocks.push({
    atMs: world.nowMs,
    cycle: found.ring.map(({ from, completionId }) => ({
      invocationId: from,
      target: describe(world, from),
      waitsFor: completionId === undefined ? "lock" : "result",
    })),
    failed: {
      invocationId: caller.id,
      commandIndex: findCommand(found.link)?.index ?? 0,
      awaitedId: callee.id,
    },
    message: found.message,
  });
  if (world.deadlocks.length > DEADLOCKS_KEPT_MAX) world.deadlocks.shift();
}
