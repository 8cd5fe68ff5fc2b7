import type { InvocationId } from "../definition/promises.ts";
import type { Request, Target } from "../definition/request.ts";
import { type ContextCore, isKeyed, targetOf } from "./core.ts";

/** The request as the handler sees it. Made when it is first asked for. */
export function createRequest(core: ContextCore): Request {
  const { start } = core.journal;
  const facts = core.request;
  let signal: AbortSignal | undefined;
  return {
    target: createTarget(core),
    id: start.debugId as InvocationId,
    headers: facts.headers,
    attemptHeaders: facts.attemptHeaders,
    body: facts.body,
    extraArgs: facts.extraArgs,
    ...(start.idempotencyKey !== undefined && { idempotencyKey: start.idempotencyKey }),
    ...(start.scope !== undefined && { scope: start.scope }),
    ...(start.limitKey !== undefined && { limitKey: start.limitKey }),
    get attemptCompletedSignal() {
      signal ??= facts.attemptCompletedSignal();
      return signal;
    },
  };
}

function createTarget(core: ContextCore): Target {
  const { service, name } = core.handler;
  return {
    service,
    handler: name,
    ...(isKeyed(core.handler) && { key: core.journal.start.key }),
    toString: () => targetOf(core),
  };
}
