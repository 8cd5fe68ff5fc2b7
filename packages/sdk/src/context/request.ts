import type { InvocationId } from "../definition/promises.ts";
import type { Request, Target } from "../definition/request.ts";
import { type ContextCore, isKeyed, targetOf } from "./core.ts";

/** The request as the handler sees it. Made when it is first asked for. */
export function createRequest(core: ContextCore): Request {
  return new AttemptRequest(core);
}

/**
 * A class, since an object literal with a getter would have a hidden class of its own,
 * which holds the getter, and so the whole attempt, until the next full collection.
 */
class AttemptRequest implements Request {
  readonly target: Target;
  readonly id: InvocationId;
  readonly headers: ReadonlyMap<string, string>;
  readonly attemptHeaders: ReadonlyMap<string, string | string[] | undefined>;
  readonly body: Uint8Array;
  readonly extraArgs: unknown[];
  declare readonly idempotencyKey?: string;
  declare readonly scope?: string;
  declare readonly limitKey?: string;
  readonly #core: ContextCore;
  #signal: AbortSignal | undefined;

  constructor(core: ContextCore) {
    const { start } = core.journal;
    const facts = core.request;
    this.target = createTarget(core);
    this.id = start.debugId as InvocationId;
    this.headers = facts.headers;
    this.attemptHeaders = facts.attemptHeaders();
    this.body = facts.body;
    this.extraArgs = facts.extraArgs();
    if (start.idempotencyKey !== undefined) this.idempotencyKey = start.idempotencyKey;
    if (start.scope !== undefined) this.scope = start.scope;
    if (start.limitKey !== undefined) this.limitKey = start.limitKey;
    this.#core = core;
  }

  get attemptCompletedSignal(): AbortSignal {
    this.#signal ??= this.#core.request.attemptCompletedSignal();
    return this.#signal;
  }
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
