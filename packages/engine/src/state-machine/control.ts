import { CANCEL_SIGNAL, type Outcome } from "@perdure/sdk/internal";
import type { ControlOutcome } from "../engine-api.ts";
import { end } from "./end.ts";
import { notify, wake } from "./notify.ts";
import type { LiveInvocation } from "./records.ts";
import { startAttempt } from "./start-attempt.ts";
import type { World } from "./world.ts";

/** What operators do to invocations. Protocol section 5.6, features 8.5. */

const CANCELED: Outcome = { type: "failure", failure: { code: 409, message: "canceled" } };
const KILLED: Outcome = { type: "failure", failure: { code: 409, message: "killed" } };

const DONE: ControlOutcome = { type: "done" };
const UNDER_WAY: ControlOutcome = { type: "underWay" };

/** What has not started ends at once; what has is told by the cancel signal. */
export function cancel(world: World, invocation: LiveInvocation): ControlOutcome {
  if (invocation.status === "scheduled" || invocation.status === "inboxed") {
    end(world, invocation, CANCELED, { forget: true });
    return DONE;
  }
  const wasPaused = invocation.status === "paused";
  notify(world, invocation, { type: "Signal", signal: CANCEL_SIGNAL, result: { type: "void" } });
  if (wasPaused) wake(world, invocation);
  return UNDER_WAY;
}

/** Ends it now, with all that it called or sent; no code of it runs again. */
export function kill(world: World, invocation: LiveInvocation): ControlOutcome {
  const pending = [invocation];
  const seen = new Set([invocation.id]);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const childId of childrenOf(next)) {
      const child = world.live.get(childId);
      if (child === undefined || seen.has(childId)) continue;
      seen.add(childId);
      pending.push(child);
    }
    abort(world, next, "killed");
    const hadStarted = next.status !== "scheduled" && next.status !== "inboxed";
    end(world, next, KILLED, { forget: !hadStarted });
  }
  return DONE;
}

function childrenOf({ journal }: LiveInvocation): string[] {
  const ids: string[] = [];
  for (const { message } of journal) {
    if (message.type === "Completion" && message.result.type === "invocationId") {
      ids.push(message.result.invocationId);
    }
  }
  return ids;
}

function abort(world: World, invocation: LiveInvocation, reason: string): void {
  const { id: invocationId, attempt } = invocation;
  if (attempt === 0) return;
  invocation.attempt = 0;
  world.step.effect({ type: "abortAttempt", invocationId, attempt, reason });
}

export function pause(world: World, invocation: LiveInvocation): ControlOutcome {
  switch (invocation.status) {
    case "scheduled":
    case "inboxed":
      return { type: "notRunning" };
    case "paused":
      return DONE;
    case "suspended":
      setPaused(world, invocation);
      return UNDER_WAY;
    case "invoked":
      if (invocation.attempt === 0) {
        setPaused(world, invocation);
      } else {
        invocation.pauseRequested = true;
        world.touch(invocation);
        const { id: invocationId, attempt } = invocation;
        world.step.effect({ type: "endInput", invocationId, attempt });
      }
      return UNDER_WAY;
  }
}

export function setPaused(world: World, invocation: LiveInvocation): void {
  if (invocation.nextRetryAtMs !== undefined) {
    invocation.nextRetryAtMs = undefined;
    world.step.effect({ type: "clearTimer", timer: { type: "retry", invocationId: invocation.id } });
  }
  invocation.status = "paused";
  invocation.pauseRequested = false;
  world.touch(invocation);
}

/** Continues what is paused, and tries at once what waits for its next attempt. */
export function resume(world: World, invocation: LiveInvocation, deployment: string): ControlOutcome {
  if (invocation.status === "scheduled" || invocation.status === "inboxed") return { type: "notStarted" };
  if (deployment !== "keep") {
    if (invocation.attempt !== 0) return { type: "deploymentFixed" };
    const chosen =
      deployment === "latest" ? world.directory.service(invocation.target.service)?.deploymentId : deployment;
    if (chosen === undefined || world.directory.deployment(chosen) === undefined) {
      return { type: "unknownDeployment", deploymentId: deployment };
    }
    invocation.deploymentId = chosen;
    world.touch(invocation);
  }
  if (invocation.attempt !== 0) return DONE;
  if (invocation.nextRetryAtMs !== undefined) {
    world.step.effect({ type: "clearTimer", timer: { type: "retry", invocationId: invocation.id } });
    invocation.nextRetryAtMs = undefined;
  }
  if (invocation.status === "invoked") startAttempt(world, invocation);
  else wake(world, invocation);
  return DONE;
}
