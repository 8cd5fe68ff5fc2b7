import type { ManifestHandler, ManifestOptions, ManifestService } from "@perdure/sdk/internal";
import type { ServicePatch } from "../engine-api.ts";
import type { EngineDefaults } from "./engine-defaults.ts";
import type { EffectiveOptions, RetryPolicyInfo } from "./service-info.ts";

export interface OptionLayers {
  readonly defaults: EngineDefaults;
  readonly service: ManifestService;
  /** `undefined`: what the service says for handlers that say nothing. */
  readonly handler: ManifestHandler | undefined;
  /** An operator's changes, which come before all. */
  readonly patch: ServicePatch;
}

/** What holds for a handler (or the service): engine < service < handler < operator, then the engine's caps. */
export function toEffectiveOptions(layers: OptionLayers): EffectiveOptions {
  const { defaults, handler, patch } = layers;
  const { caps } = defaults;
  const declared = <F extends keyof ManifestOptions>(field: F): ManifestOptions[F] =>
    handler?.[field] ?? layers.service[field];
  const workflowRetention = (handler ?? findRun(layers.service))?.workflowCompletionRetention;
  return {
    isPublic: patch.public ?? !(declared("ingressPrivate") ?? false),
    inactivityTimeoutMs:
      patch.inactivityTimeoutMs ?? declared("inactivityTimeout") ?? defaults.inactivityTimeoutMs,
    abortTimeoutMs: patch.abortTimeoutMs ?? declared("abortTimeout") ?? defaults.abortTimeoutMs,
    journalRetentionMs: capped(
      patch.journalRetentionMs ?? declared("journalRetention") ?? defaults.journalRetentionMs,
      caps.journalRetentionMs,
    ),
    idempotencyRetentionMs: capped(
      patch.idempotencyRetentionMs ?? declared("idempotencyRetention") ?? defaults.idempotencyRetentionMs,
      caps.idempotencyRetentionMs,
    ),
    workflowRetentionMs: capped(
      patch.workflowRetentionMs ?? workflowRetention ?? defaults.workflowRetentionMs,
      caps.workflowRetentionMs,
    ),
    enableLazyState: declared("enableLazyState") ?? false,
    retryPolicy: toRetryPolicy(declared, defaults),
  };
}

function findRun(service: ManifestService): ManifestHandler | undefined {
  if (service.ty !== "WORKFLOW") return undefined;
  return service.handlers.find((handler) => handler.ty !== "SHARED");
}

/** Each field on its own: what a handler leaves out is taken from the next level. */
function toRetryPolicy(
  declared: <F extends keyof ManifestOptions>(field: F) => ManifestOptions[F],
  { retryPolicy: base, caps }: EngineDefaults,
): RetryPolicyInfo {
  const onMaxAttempts = declared("retryPolicyOnMaxAttempts");
  const maxAttempts = declared("retryPolicyMaxAttempts") ?? base.maxAttempts;
  return {
    initialIntervalMs: declared("retryPolicyInitialInterval") ?? base.initialIntervalMs,
    factor: declared("retryPolicyExponentiationFactor") ?? base.factor,
    maxIntervalMs: declared("retryPolicyMaxInterval") ?? base.maxIntervalMs,
    // The first attempt is always made, so there are no policies of none.
    maxAttempts:
      maxAttempts === undefined
        ? caps.retryMaxAttempts
        : capped(Math.max(maxAttempts, 1), caps.retryMaxAttempts),
    onMaxAttempts:
      onMaxAttempts === undefined ? base.onMaxAttempts : onMaxAttempts === "KILL" ? "kill" : "pause",
  };
}

function capped(value: number, cap: number | undefined): number {
  return cap === undefined ? value : Math.min(value, cap);
}
