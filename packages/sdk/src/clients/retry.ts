import { type Duration, toMillis } from "../definition/duration.ts";

/**
 * When a request is repeated. Pure: time and chance come in as arguments.
 * Whether a request may be repeated at all is known to who makes it.
 */

/** What went wrong, for {@link RetryPolicy.shouldRetry}. */
export type RetryFailure =
  | {
      /** There is no complete answer: connection refused or reset, timeout, answer broken off. */
      readonly kind: "network";
      readonly error: unknown;
    }
  | {
      /** The answer was not 2xx. */
      readonly kind: "response";
      readonly status: number;
      readonly headers: Headers;
      /** The body as text; absent when it was empty. */
      readonly body?: string;
    };

/**
 * How often and how fast a request is repeated. It ends with the last failure as
 * soon as either bound is reached.
 *
 * Repeated are only requests that are safe to repeat: those with an idempotency
 * key, the start of a workflow without waiting, and all that only wait for or
 * look at a result.
 */
export interface RetryPolicy {
  /** Attempts in all, the first included. 6 when absent, `false` for no bound. */
  readonly maxAttempts?: number | false | undefined;
  /**
   * How long after the first attempt began the last one may begin. 60 s when
   * absent, `false` for no bound. A running attempt is never broken off.
   */
  readonly maxDuration?: Duration | number | false | undefined;
  /** The pause before the second attempt. 250 ms when absent. */
  readonly initialInterval?: Duration | number | undefined;
  /** The longest pause (before jitter). 3 s when absent. */
  readonly maxInterval?: Duration | number | undefined;
  /** By how much each pause is longer than the one before. 2 when absent. */
  readonly exponentiationFactor?: number | undefined;
  /** Whether a `Retry-After` of the answer replaces the pause. True when absent. It never moves the bounds. */
  readonly respectRetryAfter?: boolean | undefined;
  /**
   * Replaces {@link defaultShouldRetry}; call that one for all you do not decide.
   *
   * @param attempt which attempt failed, from 0
   */
  readonly shouldRetry?: ((failure: RetryFailure, attempt: number) => boolean) | undefined;
}

/** Every field decided. Durations in milliseconds, no bound is Infinity. */
export interface ResolvedRetryPolicy {
  readonly attemptsMax: number;
  readonly durationMaxMs: number;
  readonly initialIntervalMs: number;
  readonly maxIntervalMs: number;
  readonly exponentiationFactor: number;
  readonly respectRetryAfter: boolean;
  readonly shouldRetry: (failure: RetryFailure, attempt: number) => boolean;
}

const ATTEMPTS_MAX = 6;
const DURATION_MAX_MS = 60_000;
const INITIAL_INTERVAL_MS = 250;
const MAX_INTERVAL_MS = 3_000;
const EXPONENTIATION_FACTOR = 2;
/** A pause is this share longer or shorter, at random, so that clients do not come back all at once. */
const JITTER = 0.2;

/** Request timeout, too early, too many requests; with them goes every 5xx. */
const TRANSIENT_STATUSES: readonly number[] = [408, 425, 429];

/**
 * The rule when a policy has none: repeat after network failures and the
 * statuses 408, 425, 429 and 5xx, but never after a failure of the invocation
 * itself, whatever its status.
 */
export function defaultShouldRetry(failure: RetryFailure): boolean {
  if (failure.kind === "network") return true;
  if (failure.headers.get("x-restate-error-source") === "invocation") return false;
  return failure.status >= 500 || TRANSIENT_STATUSES.includes(failure.status);
}

/** Undefined when nothing is to be repeated. Throws a `TypeError` for a policy that makes no sense. */
export function resolveRetryPolicy(
  retry: RetryPolicy | boolean | undefined,
): ResolvedRetryPolicy | undefined {
  if (retry === undefined || retry === false) return undefined;
  const policy = retry === true ? {} : retry;
  return {
    attemptsMax: bound("maxAttempts", policy.maxAttempts ?? ATTEMPTS_MAX, 1),
    durationMaxMs: bound("maxDuration", policy.maxDuration ?? DURATION_MAX_MS, 0),
    initialIntervalMs: bound("initialInterval", policy.initialInterval ?? INITIAL_INTERVAL_MS, 0),
    maxIntervalMs: bound("maxInterval", policy.maxInterval ?? MAX_INTERVAL_MS, 0),
    exponentiationFactor: bound(
      "exponentiationFactor",
      policy.exponentiationFactor ?? EXPONENTIATION_FACTOR,
      1,
    ),
    respectRetryAfter: policy.respectRetryAfter ?? true,
    shouldRetry: policy.shouldRetry ?? defaultShouldRetry,
  };
}

function bound(name: string, value: Duration | number | false, min: number): number {
  if (value === false) return Number.POSITIVE_INFINITY;
  const number = toMillis(value);
  if (number >= min) return number;
  throw new TypeError(`connect: retry.${name} must be at least ${min}, not ${JSON.stringify(value)}`);
}

export interface FailedAttempt {
  readonly failure: RetryFailure;
  /** From 0. */
  readonly attempt: number;
  /** When the first attempt began, and what time it is now; milliseconds since the epoch. */
  readonly startedAt: number;
  readonly now: number;
  /** In [0, 1). */
  readonly random: number;
}

/** How long to wait before the next attempt, in milliseconds; undefined to give up. */
export function nextRetryDelay(policy: ResolvedRetryPolicy, failed: FailedAttempt): number | undefined {
  const { failure, attempt, startedAt, now, random } = failed;
  if (attempt + 1 >= policy.attemptsMax) return undefined;
  if (!policy.shouldRetry(failure, attempt)) return undefined;
  const asked = policy.respectRetryAfter ? retryAfterMs(failure, now) : undefined;
  const delayMs = asked ?? backoffMs(policy, attempt, random);
  return now + delayMs - startedAt > policy.durationMaxMs ? undefined : delayMs;
}

function backoffMs(policy: ResolvedRetryPolicy, attempt: number, random: number): number {
  const interval = Math.min(
    policy.initialIntervalMs * policy.exponentiationFactor ** attempt,
    policy.maxIntervalMs,
  );
  return interval * (1 - JITTER + 2 * JITTER * random);
}

/** Seconds or an HTTP date; undefined when absent or neither. */
function retryAfterMs(failure: RetryFailure, now: number): number | undefined {
  const value = failure.kind === "response" ? failure.headers.get("retry-after")?.trim() : undefined;
  if (!value) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  // A date begins with its weekday; Date.parse reads much more, even "-3".
  const date = /^[A-Z][a-z]+,? /.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
