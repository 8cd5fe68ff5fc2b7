import type { Header, Outcome } from "@perdure/sdk/internal";
import { createLive } from "./codec.ts";
import { toInvocationId } from "./ids.ts";
import { enqueue } from "./inbox.ts";
import type { InvokedBy, LiveInvocation, Target } from "./records.ts";
import type { World } from "./world.ts";

export interface NewInvocation {
  readonly target: Target;
  readonly parameter: Uint8Array;
  readonly headers: readonly Header[];
  readonly idempotencyKey: string | undefined;
  readonly executeAtMs: number | undefined;
  readonly invokedBy: InvokedBy;
  readonly entropy: Uint8Array;
}

/** What became of a request: a new invocation, or the one that it is a repetition of. */
export type Invoked =
  | { readonly type: "created"; readonly id: string; readonly invocation: LiveInvocation }
  | { readonly type: "live"; readonly id: string; readonly invocation: LiveInvocation }
  | { readonly type: "completed"; readonly id: string };

/** Takes an invocation in. Protocol section 5.2. */
export function invoke(world: World, request: NewInvocation): Invoked {
  const idempotencyKey = request.target.handlerKind === "workflow" ? undefined : request.idempotencyKey;
  const id = toInvocationId({ ...request, idempotencyKey }, world.xxh3);
  const known = world.live.get(id);
  if (known !== undefined) return { type: "live", id, invocation: known };
  if (world.completed.has(id)) return { type: "completed", id };

  const { target, invokedBy, executeAtMs } = request;
  const isLater = executeAtMs !== undefined && executeAtMs > world.nowMs;
  const invocation = createLive({
    id,
    target,
    invokedBy,
    idempotencyKey,
    status: isLater ? "scheduled" : "invoked",
    createdAtMs: world.nowMs,
    executeAtMs: isLater ? executeAtMs : undefined,
  });
  world.live.set(id, invocation);
  world.append(invocation, { type: "Input", name: "", headers: request.headers, value: request.parameter });
  world.touch(invocation);
  if (isLater) {
    world.step.effect({ type: "setTimer", timer: { type: "execute", invocationId: id }, atMs: executeAtMs });
  } else {
    enqueue(world, invocation);
  }
  return { type: "created", id, invocation };
}

/** What the second to run a workflow gets. */
export const ALREADY_INVOKED: Outcome = {
  type: "failure",
  failure: { code: 409, message: "the workflow method was already invoked" },
};
