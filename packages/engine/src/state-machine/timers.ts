import type { TimerEvent, TimerKey } from "./events.ts";
import { enqueue } from "./inbox.ts";
import { complete } from "./notify.ts";
import type { LiveInvocation } from "./records.ts";
import { startAttempt } from "./start-attempt.ts";
import type { World } from "./world.ts";

/** Something is due, or was. */
export function applyTimer(world: World, { timer }: TimerEvent): void {
  const invocation = world.live.get(timer.invocationId);
  const atMs = invocation === undefined ? undefined : dueAt(invocation, timer);
  if (invocation === undefined || atMs === undefined) return;
  if (atMs > world.nowMs) {
    // It was set for a former bearer of the id, or by a clock that has gone back since.
    world.step.effect({ type: "setTimer", timer, atMs });
    return;
  }
  switch (timer.type) {
    case "execute":
      enqueue(world, invocation);
      if (invocation.status === "inboxed") world.suspects.add(invocation);
      break;
    case "sleep":
      complete(world, invocation, timer.completionId, { type: "void" });
      break;
    case "retry":
      startAttempt(world, invocation);
      break;
  }
}

/** When what a timer is for is due; `undefined`: nothing waits for it any more. */
function dueAt(invocation: LiveInvocation, timer: TimerKey): number | undefined {
  const { status, attempt, executeAtMs, nextRetryAtMs } = invocation;
  switch (timer.type) {
    case "execute":
      return status === "scheduled" ? executeAtMs : undefined;
    case "sleep": {
      const command = invocation.expected.get(timer.completionId);
      return command?.type === "Sleep" ? command.wakeUpTimeMs : undefined;
    }
    case "retry":
      return status === "invoked" && attempt === 0 ? nextRetryAtMs : undefined;
  }
}
