import type { CompletionKind, Notification, NotificationResult, Outcome } from "@perdure/sdk/internal";
import { canProgress } from "./await-tree.ts";
import type { LiveInvocation } from "./records.ts";
import { startAttempt } from "./start-attempt.ts";
import type { World } from "./world.ts";

/**
 * News for an invocation: it is stored first; then the attempt that runs is fed, or
 * the one that is suspended is woken if it can go on.
 */

/** What a completion of this id in the caller's journal is called. */
function kindOf(invocation: LiveInvocation, completionId: number): CompletionKind | undefined {
  // Every command that can be expected is named as the completion is.
  return invocation.expected.get(completionId)?.type as CompletionKind | undefined;
}

/** Completes a command of a live invocation. Ids that nothing expects, or that are complete, are ignored. */
export function complete(
  world: World,
  invocation: LiveInvocation,
  completionId: number,
  result: NotificationResult,
): void {
  const kind = kindOf(invocation, completionId);
  if (kind === undefined) return;
  notify(world, invocation, { type: "Completion", kind, completionId, result });
}

/** Of completions that say nothing but that something is done, or not there. */
export const VOID: NotificationResult = { type: "void" };

/** What a caller gets of a result that was forgotten while it was on the way. */
export const GONE: Outcome = { type: "failure", failure: { code: 410, message: "gone" } };

export function notify(world: World, invocation: LiveInvocation, notification: Notification): void {
  const { attempt } = invocation;
  world.append(invocation, notification);
  if (attempt !== 0) {
    world.step.effect({ type: "feed", invocationId: invocation.id, attempt, message: notification });
  } else if (invocation.status === "suspended") {
    wakeIfPossible(world, invocation);
  }
}

export function wakeIfPossible(world: World, invocation: LiveInvocation): void {
  const { awaitingOn } = invocation;
  if (awaitingOn === undefined || canProgress(awaitingOn, knownOf(invocation))) wake(world, invocation);
  else world.suspects.add(invocation);
}

export function wake(world: World, invocation: LiveInvocation): void {
  invocation.status = "invoked";
  invocation.policyFailures = 0;
  invocation.retryCount = 0;
  startAttempt(world, invocation);
}

/** Signals that the suspended attempt had known are not news: it would have taken them. */
function knownOf(invocation: LiveInvocation): Parameters<typeof canProgress>[1] {
  return {
    completion: (id) => invocation.completed.get(id),
    signal: (wanted) => {
      for (let index = invocation.signalsFrom; index < invocation.journal.length; index += 1) {
        const message = invocation.journal[index]?.message;
        if (message?.type === "Signal" && message.signal === wanted) return message.result.type === "failure";
      }
      return undefined;
    },
  };
}
