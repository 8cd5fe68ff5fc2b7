import type { InvocationId, RestatePromise } from "../definition/promises.ts";
import { allSettled } from "../journal/combinators.ts";
import type { ContextCore } from "./core.ts";
import { cancel } from "./invocations.ts";

/** Cancels the calls made since the last time, once the ids of all of them are known. */
export function cancelPreviousCalls(core: ContextCore): RestatePromise<InvocationId[]> {
  const calls = core.journal.takeTrackedCalls();
  if (calls.length === 0) return core.journal.constant<InvocationId[]>([]);
  return allSettled(calls).map((ends) => {
    const ids: InvocationId[] = [];
    for (const end of ends ?? []) if (end.status === "fulfilled") ids.push(end.value as InvocationId);
    for (const id of ids) cancel(core, id);
    return ids;
  });
}
