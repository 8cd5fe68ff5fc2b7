import type { Outcome } from "@perdure/sdk/internal";
import { awaitedIdOf } from "./awaited.ts";
import { handlerOf } from "./handler-of.ts";
import { release } from "./inbox.ts";
import { complete } from "./notify.ts";
import type { LiveInvocation, Sink } from "./records.ts";
import { archive } from "./retention.ts";
import type { World } from "./world.ts";

/** The end of an invocation. Its result is delivered to everyone who waits, in the same step. */

export interface EndOptions {
  /** Forgotten at once: it never ran. */
  readonly forget?: boolean;
  /** Of a retry policy that gave up. */
  readonly stacktrace?: string | undefined;
}

/** Ends it, and forgets or keeps it. One that has ended already is left alone. */
export function end(
  world: World,
  invocation: LiveInvocation,
  result: Outcome,
  options: EndOptions = {},
): void {
  if (!world.live.delete(invocation.id)) return;
  world.running.delete(invocation.id);
  clearTimers(world, invocation);
  leavePromises(world, invocation);
  leaveCallees(world, invocation);
  if (invocation.attempt !== 0) {
    const { id: invocationId, attempt } = invocation;
    world.step.effect({ type: "finishAttempt", invocationId, attempt });
    invocation.attempt = 0;
  }
  world.deleteStored(invocation);
  if (options.forget !== true) {
    const { stacktrace } = options;
    archive(world, invocation, { result, stacktrace, handler: handlerOf(world, invocation) });
  }
  for (const waiterId of invocation.waiters) {
    world.step.effect({
      type: "answer",
      waiterId,
      invocationId: invocation.id,
      target: invocation.target,
      result,
      expiresAtMs: undefined,
      stacktrace: options.stacktrace,
    });
  }
  for (const sink of invocation.sinks) deliver(world, sink, result);
  release(world, invocation);
}

function deliver(world: World, sink: Sink, result: Outcome): void {
  const caller = world.live.get(sink.callerId);
  if (caller !== undefined) complete(world, caller, sink.completionId, result);
}

function clearTimers(world: World, invocation: LiveInvocation): void {
  const invocationId = invocation.id;
  if (invocation.status === "scheduled") {
    world.step.effect({ type: "clearTimer", timer: { type: "execute", invocationId } });
  }
  if (invocation.nextRetryAtMs !== undefined) {
    world.step.effect({ type: "clearTimer", timer: { type: "retry", invocationId } });
  }
  for (const [completionId, command] of invocation.expected) {
    if (command.type !== "Sleep") continue;
    world.step.effect({ type: "clearTimer", timer: { type: "sleep", invocationId, completionId } });
  }
}

function leavePromises(world: World, { id, target, expected }: LiveInvocation): void {
  const { service, key = "" } = target;
  for (const command of expected.values()) {
    if (command.type === "GetPromise") world.leavePromise({ service, key, name: command.key }, id);
  }
}

/** Its id may come back, with other commands under the same completion ids. */
function leaveCallees(world: World, invocation: LiveInvocation): void {
  for (const completionId of invocation.expected.keys()) {
    const awaited = awaitedIdOf(world, invocation, completionId);
    const callee = awaited === undefined ? undefined : world.live.get(awaited);
    if (callee === undefined) continue;
    callee.sinks = callee.sinks.filter(({ callerId }) => callerId !== invocation.id);
    world.touch(callee);
  }
}
