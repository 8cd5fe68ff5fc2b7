/** The longest that an endpoint may put an attempt off by `Retry-After`. */
export const RETRY_AFTER_MS_MAX: number = 24 * 60 * 60 * 1000;

/** The wait that a `Retry-After` header asks for, in seconds or as a date; `undefined` if it says nothing. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim();
  if (text === undefined || text === "") return undefined;
  const delayMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - nowMs;
  if (Number.isNaN(delayMs)) return undefined;
  return Math.min(Math.max(delayMs, 0), RETRY_AFTER_MS_MAX);
}
