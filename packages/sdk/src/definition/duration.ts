/** A span of time; the parts are added up. A bare number means milliseconds. */
export interface Duration {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
  readonly milliseconds?: number;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Milliseconds of `duration`, unchecked: it may be negative or NaN. */
export function toMillis(duration: Duration | number): number {
  if (typeof duration === "number") return duration;
  return (
    (duration.days ?? 0) * DAY_MS +
    (duration.hours ?? 0) * HOUR_MS +
    (duration.minutes ?? 0) * MINUTE_MS +
    (duration.seconds ?? 0) * SECOND_MS +
    (duration.milliseconds ?? 0)
  );
}
