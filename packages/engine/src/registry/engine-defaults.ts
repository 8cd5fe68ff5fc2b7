import type { RetryPolicyInfo } from "./service-info.ts";

/** What holds where neither a manifest nor an operator says otherwise, and what nobody may exceed. */
export interface EngineDefaults {
  readonly inactivityTimeoutMs: number;
  readonly abortTimeoutMs: number;
  readonly journalRetentionMs: number;
  readonly idempotencyRetentionMs: number;
  readonly workflowRetentionMs: number;
  readonly retryPolicy: RetryPolicyInfo;
  /** Larger values of manifests and operators count as these; `undefined`: no limit. */
  readonly caps: {
    readonly journalRetentionMs?: number | undefined;
    readonly idempotencyRetentionMs?: number | undefined;
    readonly workflowRetentionMs?: number | undefined;
    readonly retryMaxAttempts?: number | undefined;
  };
}

const SECOND_MS = 1000;
const MINUTE_MS: number = 60 * SECOND_MS;
const DAY_MS: number = 24 * 60 * MINUTE_MS;

/** Protocol section 5.5. */
export const ENGINE_DEFAULTS: EngineDefaults = {
  inactivityTimeoutMs: MINUTE_MS,
  abortTimeoutMs: 10 * MINUTE_MS,
  journalRetentionMs: DAY_MS,
  idempotencyRetentionMs: DAY_MS,
  workflowRetentionMs: DAY_MS,
  retryPolicy: {
    initialIntervalMs: 500,
    factor: 2,
    maxIntervalMs: MINUTE_MS,
    maxAttempts: 70,
    onMaxAttempts: "pause",
  },
  caps: {},
};
