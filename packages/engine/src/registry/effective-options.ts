import type { ManifestHandler, ManifestOptions, ManifestService } from "@perdure/sdk/internal";
import type { ServicePatch } from "../engine-api.ts";
import type { EngineDefaults } from "./engine-defaults.ts";
import type { EffectiveOptions, OwnOptions, RetryPolicyInfo } from "./service-info.ts";

export interface OptionLayers {
  /** False: attempts hear nothing after their start, so they suspend at every wait. */
  readonly bidirectional: boolean;
  readonly defaults: EngineDefaults;
  readonly service: ManifestService;
  /** `undefined`: what the service says for handlers that say nothing. */
  readonly handler: ManifestHandler | undefined;
  /** An operator's changes of the service. What a handler says itself comes before them. */
  readonly patch: ServicePatch;
}

/** What holds for a handler (or the service): engine < service < operator < handler, then the engine's caps. */
export function toEffectiveOptions(layers: OptionLayers): EffectiveOptions {
  const { defaults, handler, patch } = layers;
  const { caps } = defaults;
  const declared = <F extends keyof ManifestOptions>(field: F): ManifestOptions[F] =>
    handler?.[field] ?? layers.service[field];
  const first = <F extends keyof ManifestOptions>(
    field: F,
    patched: ManifestOptions[F],
  ): ManifestOptions[F] => handler?.[field] ?? patched ?? layers.service[field];
  const workflowRetention = (handler ?? findRun(layers.service))?.workflowCompletionRetention;
  return {
    isPublic: isPublic(layers),
    inactivityTimeoutMs: layers.bidirectional
      ? (first("inactivityTimeout", patch.inactivityTimeoutMs) ?? defaults.inactivityTimeoutMs)
      : 0,
    abortTimeoutMs: first("abortTimeout", patch.abortTimeoutMs) ?? defaults.abortTimeoutMs,
    journalRetentionMs: capped(
      first("journalRetention", patch.journalRetentionMs) ?? defaults.journalRetentionMs,
      caps.journalRetentionMs,
    ),
    idempotencyRetentionMs: capped(
      first("idempotencyRetention", patch.idempotencyRetentionMs) ?? defaults.idempotencyRetentionMs,
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

function isPublic({ handler, patch, service }: OptionLayers): boolean {
  if (handler?.ingressPrivate !== undefined) return !handler.ingressPrivate;
  return patch.public ?? !(service.ingressPrivate ?? false);
}

/** What a handler's part of the manifest says. */
export function toOwnOptions(handler: ManifestHandler, bidirectional: boolean): OwnOptions {
  const onMaxAttempts = handler.retryPolicyOnMaxAttempts;
  return {
    idempotencyRetentionMs: handler.idempotencyRetention,
    journalRetentionMs: handler.journalRetention,
    inactivityTimeoutMs: bidirectional ? handler.inactivityTimeout : undefined,
    abortTimeoutMs: handler.abortTimeout,
    enableLazyState: handler.enableLazyState,
    retryPolicy: {
      initialIntervalMs: handler.retryPolicyInitialInterval,
      factor: handler.retryPolicyExponentiationFactor,
      maxAttempts: handler.retryPolicyMaxAttempts,
      maxIntervalMs: handler.retryPolicyMaxInterval,
      onMaxAttempts: onMaxAttempts === undefined ? undefined : onMaxAttempts === "KILL" ? "kill" : "pause",
    },
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
