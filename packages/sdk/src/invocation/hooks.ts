import type { BoundHandler } from "../definition/bound.ts";
import type { Interceptor } from "../definition/hooks.ts";
import type { Request } from "../definition/request.ts";
import { RestateError } from "../errors.ts";

/** Never on the wire: what interceptors see when the attempt ended before the handler did. */
export const SUSPENDED_CODE = 599;

/** Shared with the attempt: whether it has ended, and who wants to know. */
export interface AttemptEnd {
  ended: boolean;
  listeners: (() => void)[] | undefined;
}

export interface RunWithHooksOptions {
  readonly handler: BoundHandler;
  readonly request: () => Request;
  readonly end: AttemptEnd;
  readonly useInterceptors: (interceptors: readonly Interceptor[]) => void;
  readonly action: () => Promise<unknown>;
}

/**
 * Calls the handler inside the `handler` interceptors, outermost first.
 *
 * 1. Interceptors see no result and cannot change it.
 * 2. When the attempt ends before the handler does (a suspension, a reset),
 *    `next()` rejects, so that what was opened around it can be closed.
 */
export async function runWithHooks(options: RunWithHooksOptions): Promise<unknown> {
  const { hooks } = options.handler;
  if (hooks.length === 0) return options.action();
  const request = options.request();
  const interceptors: Interceptor[] = [];
  for (const hook of hooks) {
    const { interceptor } = hook({ request });
    if (interceptor !== undefined) interceptors.push(interceptor);
  }
  options.useInterceptors(interceptors);

  let output: { readonly value: unknown } | undefined;
  let next = async (): Promise<void> => {
    output = { value: await Promise.race([options.action(), whenEnded(options.end)]) };
  };
  for (const { handler } of [...interceptors].reverse()) {
    if (handler === undefined) continue;
    const inner = next;
    next = async () => handler(inner);
  }
  await next();
  if (output === undefined) {
    throw new TypeError(
      `An interceptor of ${options.handler.service}/${options.handler.name} did not call next(), or kept the ` +
        "handler's error to itself: there is no result to record. Rethrow what next() throws.",
    );
  }
  return output.value;
}

function whenEnded(end: AttemptEnd): Promise<never> {
  return new Promise((_resolve, reject) => {
    end.listeners ??= [];
    end.listeners.push(() => reject(createSuspendedError()));
  });
}

function createSuspendedError(): RestateError {
  return new RestateError("The attempt ended before the handler did; it goes on in a later attempt.", {
    errorCode: SUSPENDED_CODE,
  });
}

/** Whether an interceptor caught the end of the attempt rather than a failure of the handler. */
export function isSuspendedError(error: unknown): boolean {
  return error instanceof RestateError && error.code === SUSPENDED_CODE;
}
