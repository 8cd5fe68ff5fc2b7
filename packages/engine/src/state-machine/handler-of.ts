import type { HandlerInfo } from "../registry/service-info.ts";
import type { LiveInvocation } from "./records.ts";
import type { World } from "./world.ts";

/** What holds for an invocation: by its own deployment, or by the latest while it has none. */
export function handlerOf(world: World, invocation: LiveInvocation): HandlerInfo | undefined {
  const { target, deploymentId } = invocation;
  const { directory } = world;
  const own =
    deploymentId === undefined
      ? undefined
      : directory.handlerAt(deploymentId, target.service, target.handler);
  return own ?? directory.service(target.service)?.handlers.get(target.handler);
}
