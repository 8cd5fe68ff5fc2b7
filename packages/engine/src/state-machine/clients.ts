import type { Outcome } from "@perdure/sdk/internal";
import type { AttachEvent, InvokeEvent } from "./events.ts";
import { ALREADY_INVOKED, invoke } from "./invoke.ts";
import type { Target } from "./records.ts";
import type { World } from "./world.ts";

/** What clients ask for: invocations, and their results. */

export function applyInvoke(world: World, event: InvokeEvent): void {
  const service = world.directory.service(event.service);
  const handler = service?.handlers.get(event.handler);
  if (service === undefined || handler === undefined) {
    throw new Error(`${event.service}/${event.handler} is not registered; check it before invoking.`);
  }
  const target: Target = {
    service: event.service,
    handler: event.handler,
    key: service.kind === "service" ? undefined : (event.key ?? ""),
    serviceKind: service.kind,
    handlerKind: handler.kind,
  };
  const invoked = invoke(world, { ...event, target });
  const { waiterId } = event;
  if (waiterId === undefined) return;
  world.step.effect({
    type: "accepted",
    waiterId,
    invocationId: invoked.id,
    status: invoked.type === "created" ? "accepted" : "previouslyAccepted",
    executeAtMs: invoked.type === "completed" ? undefined : invoked.invocation.executeAtMs,
    isAwaited: !event.awaitsResult,
  });
  if (!event.awaitsResult) return;
  if (target.handlerKind === "workflow" && invoked.type !== "created") {
    answer(world, { waiterId, invocationId: invoked.id, result: ALREADY_INVOKED });
  } else if (invoked.type === "completed") {
    answer(world, { waiterId, invocationId: invoked.id, result: "fromArchive" });
  } else {
    invoked.invocation.waiters.add(waiterId);
  }
}

function answer(
  world: World,
  to: {
    readonly waiterId: number;
    readonly invocationId: string;
    readonly result: Outcome | "fromArchive" | "notFound";
  },
): void {
  const completed = world.completed.get(to.invocationId);
  const target = completed?.target ?? world.live.get(to.invocationId)?.target ?? NO_TARGET;
  world.step.effect({ type: "answer", ...to, target, expiresAtMs: completed?.expiresAtMs });
}

const NO_TARGET = { service: "", handler: "" };

export function applyAttach(world: World, { invocationId, waiterId }: AttachEvent): void {
  const live = world.live.get(invocationId);
  if (live !== undefined) live.waiters.add(waiterId);
  else
    answer(world, {
      waiterId,
      invocationId,
      result: world.completed.has(invocationId) ? "fromArchive" : "notFound",
    });
}
