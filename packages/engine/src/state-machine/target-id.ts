import type { InvocationTarget } from "@perdure/sdk/internal";
import { toInvocationId } from "./ids.ts";
import type { World } from "./world.ts";

const NO_ENTROPY = new Uint8Array(16);

/** The id that a workflow, or an idempotent request, has or would have; `undefined`: its result has no such address. */
export function idOfTarget(
  world: World,
  target: Exclude<InvocationTarget, { type: "invocation" }>,
): string | undefined {
  if (target.type === "workflow") {
    const run = {
      service: target.workflow,
      handler: "run",
      key: target.key,
      handlerKind: "workflow",
    } as const;
    return toInvocationId({ target: run, idempotencyKey: undefined, entropy: NO_ENTROPY }, world.xxh3);
  }
  const handler = world.directory.service(target.service)?.handlers.get(target.handler);
  if (handler?.kind === "workflow") return undefined;
  const { service, key } = target;
  const handlerKind = handler?.kind ?? "service";
  const called = { service, handler: target.handler, key: key ?? undefined, handlerKind };
  return toInvocationId(
    { target: called, idempotencyKey: target.idempotencyKey, entropy: NO_ENTROPY },
    world.xxh3,
  );
}
