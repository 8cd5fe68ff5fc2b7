import type { HandlerKind, ServiceKind } from "./bound.ts";
import { type Duration, toMillis } from "./duration.ts";
import type { HandlerOptions, RetryPolicy, ServiceLevelOptions } from "./options.ts";

/**
 * Finds options that no server would take, or that would be silently useless.
 * Each check throws a `TypeError` that begins with where the option stands.
 */

const DURATION_OPTIONS = [
  "idempotencyRetention",
  "journalRetention",
  "workflowRetention",
  "inactivityTimeout",
  "abortTimeout",
] as const;

const ON_MISMATCH: readonly unknown[] = ["retry", "pause", "fail"];
const ON_MAX_ATTEMPTS: readonly unknown[] = ["pause", "kill"];

/** Options of a service, an object or a workflow. */
export function checkServiceOptions(where: string, kind: ServiceKind, options: ServiceLevelOptions): void {
  checkCommon(where, options);
  if (kind === "service") refuse(where, "enableLazyState", options, "a service has no state");
  if (kind !== "workflow") refuse(where, "workflowRetention", options, "it is for workflows only");
}

/** Options of an endpoint, which may hold what only some of its services use. */
export function checkDefaultOptions(options: ServiceLevelOptions): void {
  checkCommon("defaultServiceOptions", options);
}

/** Options of one handler. */
export function checkHandlerOptions(where: string, kind: HandlerKind, options: HandlerOptions): void {
  checkCommon(where, options);
  if (kind === "service") refuse(where, "enableLazyState", options, "a service has no state");
  if (kind === "workflow") {
    refuse(where, "idempotencyRetention", options, "a workflow is kept for its workflowRetention");
  }
  refuse(where, "workflowRetention", options, "it is an option of the workflow, not of a handler");
}

function checkCommon(where: string, options: ServiceLevelOptions): void {
  for (const name of DURATION_OPTIONS) checkDuration(`${where}: ${name}`, options[name]);
  if (options.retryPolicy !== undefined) checkRetryPolicy(`${where}: retryPolicy`, options.retryPolicy);
  checkOneOf(`${where}: onJournalMismatchErrors`, options.onJournalMismatchErrors, ON_MISMATCH);
  const { hooks, serde } = options;
  if (hooks !== undefined && !(Array.isArray(hooks) && hooks.every((hook) => typeof hook === "function"))) {
    throw new TypeError(`${where}: hooks must be an array of functions`);
  }
  if (
    serde !== undefined &&
    (typeof serde.serialize !== "function" || typeof serde.deserialize !== "function")
  ) {
    throw new TypeError(`${where}: serde must have the methods serialize and deserialize`);
  }
}

function checkRetryPolicy(where: string, policy: RetryPolicy): void {
  checkDuration(`${where}.initialInterval`, policy.initialInterval);
  checkDuration(`${where}.maxInterval`, policy.maxInterval);
  checkOneOf(`${where}.onMaxAttempts`, policy.onMaxAttempts, ON_MAX_ATTEMPTS);
  const { maxAttempts, exponentiationFactor: factor } = policy;
  if (maxAttempts !== undefined && !(Number.isInteger(maxAttempts) && maxAttempts >= 1)) {
    throw new TypeError(`${where}.maxAttempts must be a whole number of at least 1, not ${maxAttempts}`);
  }
  if (factor !== undefined && !(Number.isFinite(factor) && factor > 0)) {
    throw new TypeError(`${where}.exponentiationFactor must be a positive number, not ${factor}`);
  }
}

function checkDuration(where: string, duration: Duration | number | undefined): void {
  if (duration === undefined) return;
  const millis = toMillis(duration);
  if (Number.isFinite(millis) && millis >= 0) return;
  throw new TypeError(
    `${where} must be a duration of 0 or more, not ${JSON.stringify(duration)} (${millis} ms)`,
  );
}

function checkOneOf(where: string, value: unknown, allowed: readonly unknown[]): void {
  if (value === undefined || allowed.includes(value)) return;
  throw new TypeError(`${where} must be one of ${allowed.join(", ")}, not ${String(value)}`);
}

function refuse(
  where: string,
  name: keyof ServiceLevelOptions,
  options: ServiceLevelOptions,
  why: string,
): void {
  if (options[name] === undefined) return;
  throw new TypeError(`${where}: ${name} has no meaning here, ${why}; remove it`);
}
