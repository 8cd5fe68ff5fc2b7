/** How long `eventually` tries when nobody says otherwise. */
export const EVENTUALLY_TIMEOUT_MS = 10_000;

export interface EventuallyOptions {
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

/**
 * Calls `attempt` until it returns without throwing, and returns what it
 * returned. Throws the last error once the time is up.
 *
 * @example
 * await eventually(async () => expect(await counter.get()).toBe(3));
 */
export async function eventually<T>(
  attempt: () => T | Promise<T>,
  { timeoutMs = EVENTUALLY_TIMEOUT_MS, intervalMs = 25 }: EventuallyOptions = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() >= deadline) throw error;
    }
    await delay(intervalMs);
  }
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
