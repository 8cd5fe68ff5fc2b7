import type { BoundHandler } from "../definition/bound.ts";
import type { Interceptor } from "../definition/hooks.ts";
import type { LoggerTransport } from "../definition/logger.ts";
import type { Journal } from "../journal/journal.ts";
import type { Bytes } from "../protocol/messages.ts";

/** What an attempt knows of the request behind it, beyond the journal's Start message. */
export interface RequestFacts {
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Bytes;
  // The rest is asked for at most once, and only if the handler does.
  readonly attemptHeaders: () => ReadonlyMap<string, string | string[] | undefined>;
  readonly extraArgs: () => unknown[];
  readonly attemptCompletedSignal: () => AbortSignal;
}

/** What every capability of `ctx` works on. One per attempt. */
export interface ContextCore {
  readonly journal: Journal;
  readonly handler: BoundHandler;
  readonly request: RequestFacts;
  readonly logger: LoggerTransport;
  /** Milliseconds since the epoch. Its result enters the journal only through a command. */
  now(): number;
  /** The interceptors of this attempt's hooks, outermost first; asked for only when the handler has hooks. */
  interceptors(): readonly Interceptor[];
}

/** Whether the handler works on one key of an object or a workflow. */
export function isKeyed(handler: BoundHandler): boolean {
  return handler.serviceKind !== "service";
}

/** `service/handler` or `service/key/handler`, as operators write it. */
export function targetOf(core: ContextCore): string {
  const { service, name } = core.handler;
  return isKeyed(core.handler) ? `${service}/${core.journal.start.key}/${name}` : `${service}/${name}`;
}
