import type { Duration } from "../definition/duration.ts";
import { toMillis } from "../definition/duration.ts";
import { RetryableError } from "../errors.ts";

/** How a failing `ctx.run` is retried. Without one, the invocation's own policy decides. */
export interface RunRetryPolicy {
  /** Counts the first try. Unlimited when absent. */
  readonly maxAttempts?: number | undefined;
  /** Over all attempts. Unlimited when absent. */
  readonly maxDurationMs?: number | undefined;
  readonly initialIntervalMs: number;
  readonly maxIntervalMs: number;
  readonly factor: number;
}

/** How often and for how long this run has failed, this failure included. */
export interface RunFailures {
  readonly count: number;
  readonly elapsedMs: number;
}

export type RunRetry =
  | { readonly type: "retry"; readonly delayMs: number | undefined }
  | { readonly type: "giveUp" };

/** What follows a retryable failure of a run. Protocol section 3.6. */
export function toRunRetry(
  policy: RunRetryPolicy | undefined,
  failures: RunFailures,
  error: unknown,
): RunRetry {
  const override = error instanceof RetryableError ? toDelay(error.retryAfter) : undefined;
  if (policy === undefined) return { type: "retry", delayMs: override };
  const spent =
    (policy.maxAttempts !== undefined && failures.count >= policy.maxAttempts) ||
    (policy.maxDurationMs !== undefined && failures.elapsedMs >= policy.maxDurationMs);
  if (spent) return { type: "giveUp" };
  const backoff = policy.initialIntervalMs * policy.factor ** (failures.count - 1);
  return { type: "retry", delayMs: override ?? Math.round(Math.min(policy.maxIntervalMs, backoff)) };
}

function toDelay(retryAfter: Duration | number | undefined): number | undefined {
  return retryAfter === undefined ? undefined : Math.max(0, Math.round(toMillis(retryAfter)));
}
