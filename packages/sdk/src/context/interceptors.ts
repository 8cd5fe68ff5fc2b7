import type { Interceptor } from "../definition/hooks.ts";

/**
 * Runs `action` inside the `run` interceptors, outermost first.
 *
 * 1. An interceptor sees neither the result nor can it change it; it may throw
 *    another error than it caught.
 * 2. A failure that an interceptor swallows stays a failure: the run has no
 *    result that could be recorded.
 * 3. `next` runs what is inside exactly once.
 */
export async function intercept<T>(
  interceptors: readonly Interceptor[],
  name: string,
  action: () => T | Promise<T>,
): Promise<T> {
  let end: { readonly value: T } | { readonly error: unknown } | undefined;
  let next = async (): Promise<void> => {
    try {
      end = { value: await action() };
    } catch (error) {
      end = { error };
      throw error;
    }
  };
  for (const { run } of [...interceptors].reverse()) {
    if (run === undefined) continue;
    const inner = once(next, name);
    next = async () => run(name, inner);
  }
  await next();
  if (end === undefined) {
    throw new Error(`An interceptor of run ${JSON.stringify(name)} returned without calling next().`);
  }
  if ("error" in end) throw end.error;
  return end.value;
}

function once(next: () => Promise<void>, name: string): () => Promise<void> {
  let called = false;
  return () => {
    if (called) {
      const twice = `An interceptor of run ${JSON.stringify(name)} called next() twice.`;
      return Promise.reject(new Error(twice));
    }
    called = true;
    return next();
  };
}
