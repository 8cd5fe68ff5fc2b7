/** Instants as the faces write them. */

/** With nanoseconds, as in `2026-01-31T08:00:00.123000000Z`. */
export function toTimestamp(atMs: number): string {
  return new Date(atMs).toISOString().replace(/Z$/, "000000Z");
}

/** RFC 3339 with an offset, and with milliseconds only if there are any. */
export function toOffsetTimestamp(atMs: number): string {
  return new Date(atMs).toISOString().replace(/(?:\.000)?Z$/, "+00:00");
}
