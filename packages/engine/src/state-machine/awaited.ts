import type { LiveInvocation } from "./records.ts";
import { idOfTarget } from "./target-id.ts";
import type { World } from "./world.ts";

/** Whose result completes a command, if it waits for another invocation's. */
export function awaitedIdOf(
  world: World,
  invocation: LiveInvocation,
  completionId: number,
): string | undefined {
  const command = invocation.expected.get(completionId);
  switch (command?.type) {
    case "Call":
      return calleeIdOf(invocation, command.invocationIdCompletionId);
    case "AttachInvocation":
    case "GetInvocationOutput": {
      const { target } = command;
      return target.type === "invocation" ? target.invocationId : idOfTarget(world, target);
    }
    default:
      return undefined;
  }
}

/** From behind: it was told at once, and most who ask have just called. */
function calleeIdOf({ journal }: LiveInvocation, invocationIdCompletionId: number): string | undefined {
  for (let index = journal.length - 1; index >= 0; index -= 1) {
    const message = journal[index]?.message;
    if (message?.type !== "Completion" || message.completionId !== invocationIdCompletionId) continue;
    return message.result.type === "invocationId" ? message.result.invocationId : undefined;
  }
  return undefined;
}
