import type { CompletePromiseCommand, Outcome } from "@perdure/sdk/internal";
import { complete, VOID } from "./notify.ts";
import type { LiveInvocation } from "./records.ts";
import type { World } from "./world.ts";

const PROMISE_COMPLETED: Outcome = {
  type: "failure",
  failure: { code: 409, message: "promise was already completed" },
};

/** Who is first completes it; those who wait get the value in the same step. */
export function completePromise(
  { world, invocation }: { readonly world: World; readonly invocation: LiveInvocation },
  command: CompletePromiseCommand,
): void {
  const { service, key = "" } = invocation.target;
  const promise = world.promiseOf(service, key, command.key);
  if (promise.result !== undefined) {
    complete(world, invocation, command.completionId, PROMISE_COMPLETED);
    return;
  }
  promise.result = command.result;
  const waiting = promise.waiting.splice(0);
  world.writePromise(service, key, command.key);
  complete(world, invocation, command.completionId, VOID);
  for (const { callerId, completionId } of waiting) {
    const caller = world.live.get(callerId);
    if (caller !== undefined) complete(world, caller, completionId, command.result);
  }
}
