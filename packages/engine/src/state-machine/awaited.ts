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
      return invocation.callees.get(command.invocationIdCompletionId) || undefined;
    case "AttachInvocation":
    case "GetInvocationOutput": {
      const { target } = command;
      return target.type === "invocation" ? target.invocationId : idOfTarget(world, target);
    }
    default:
      return undefined;
  }
}
