import type { Command, Outcome } from "@perdure/sdk/internal";
import { type CallLike, calleeOf, targetIdOf } from "./command-checks.ts";
import { ALREADY_INVOKED, type Invoked, invoke } from "./invoke.ts";
import { complete, notify, VOID } from "./notify.ts";
import { describeTarget, type LiveInvocation, type Target } from "./records.ts";
import type { World } from "./world.ts";

/** Calls, sends and attaching: an invocation and the result of another. */

export interface CallContext {
  readonly world: World;
  readonly invocation: LiveInvocation;
  /** 16 random bytes for the id of a callee. */
  readonly entropy: () => Uint8Array;
}

export function callOut(context: CallContext, command: CallLike): void {
  const { world, invocation } = context;
  const target = calleeOf(world, command);
  const invoked = invoke(world, {
    target,
    parameter: command.parameter,
    headers: command.headers,
    idempotencyKey: command.idempotencyKey,
    executeAtMs: command.type === "OneWayCall" && command.invokeTimeMs > 0 ? command.invokeTimeMs : undefined,
    invokedBy: { type: "service", id: invocation.id, target: describeTarget(invocation.target) },
    entropy: context.entropy(),
  });
  notify(world, invocation, {
    type: "Completion",
    kind: "CallInvocationId",
    completionId: command.invocationIdCompletionId,
    result: { type: "invocationId", invocationId: invoked.id },
  });
  if (command.type === "Call") awaitCallee(context, { command, target, invoked });
}

function awaitCallee(
  { world, invocation }: CallContext,
  call: { command: Extract<Command, { type: "Call" }>; target: Target; invoked: Invoked },
): void {
  const { completionId } = call.command;
  const { invoked } = call;
  if (call.target.handlerKind === "workflow" && invoked.type !== "created") {
    complete(world, invocation, completionId, ALREADY_INVOKED);
  } else if (invoked.type === "completed") {
    world.step.effect({
      type: "loadResult",
      invocationId: invoked.id,
      callerId: invocation.id,
      completionId,
    });
  } else {
    invoked.invocation.sinks.push({ callerId: invocation.id, completionId });
    world.touch(invoked.invocation);
    // A new one that has the lock, or needs none, runs.
    if (invoked.type === "live" || invoked.invocation.status === "inboxed") world.suspects.add(invocation);
  }
}

type AttachLike = Extract<Command, { type: "AttachInvocation" | "GetInvocationOutput" }>;

const NOT_FOUND: Outcome = { type: "failure", failure: { code: 404, message: "not found" } };

export function attach({ world, invocation }: CallContext, command: AttachLike): void {
  const id = targetIdOf(world, command, command.target);
  const { completionId } = command;
  const live = world.live.get(id);
  if (live !== undefined) {
    if (command.type === "GetInvocationOutput") {
      complete(world, invocation, completionId, VOID);
    } else {
      live.sinks.push({ callerId: invocation.id, completionId });
      world.touch(live);
      world.suspects.add(invocation);
    }
  } else if (world.completed.has(id)) {
    world.step.effect({ type: "loadResult", invocationId: id, callerId: invocation.id, completionId });
  } else {
    complete(world, invocation, completionId, NOT_FOUND);
  }
}
