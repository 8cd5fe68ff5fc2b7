import type { ReadableManifestVersion } from "./manifest.ts";

/**
 * The fields of a manifest: since which version each is there, and what it may
 * hold. Protocol section 1.2.
 */

export interface FieldRule {
  readonly since: ReadableManifestVersion;
  readonly required?: boolean;
  /** What is expected, for an error message; `undefined` if the value is fine. */
  readonly problem: (value: unknown) => string | undefined;
}

export type FieldRules = Readonly<Record<string, FieldRule>>;

const text: FieldRule["problem"] = (value) => (typeof value === "string" ? undefined : "a string");
const flag: FieldRule["problem"] = (value) => (typeof value === "boolean" ? undefined : "true or false");
const list: FieldRule["problem"] = (value) => (Array.isArray(value) ? undefined : "an array");
const anything: FieldRule["problem"] = () => undefined;
const object: FieldRule["problem"] = (value) => (isRecord(value) ? undefined : "an object");
const factor: FieldRule["problem"] = (value) =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? undefined : "a number above 0";
const texts: FieldRule["problem"] = (value) =>
  isRecord(value) && Object.values(value).every((entry) => typeof entry === "string")
    ? undefined
    : "an object of strings";

const wholeFrom =
  (min: number): FieldRule["problem"] =>
  (value) =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= min
      ? undefined
      : `a whole number from ${min} on`;

const oneOf =
  (...allowed: readonly string[]): FieldRule["problem"] =>
  (value) =>
    typeof value === "string" && allowed.includes(value) ? undefined : `one of ${allowed.join(", ")}`;

const millis = wholeFrom(0);

export const ENDPOINT_FIELDS: FieldRules = {
  protocolMode: { since: 1, required: true, problem: oneOf("BIDI_STREAM", "REQUEST_RESPONSE") },
  minProtocolVersion: { since: 1, required: true, problem: wholeFrom(1) },
  maxProtocolVersion: { since: 1, required: true, problem: wholeFrom(1) },
  lambdaCompression: { since: 4, problem: oneOf("zstd") },
  services: { since: 1, required: true, problem: list },
};

const OPTION_FIELDS: FieldRules = {
  documentation: { since: 2, problem: text },
  metadata: { since: 2, problem: texts },
  inactivityTimeout: { since: 3, problem: millis },
  abortTimeout: { since: 3, problem: millis },
  journalRetention: { since: 3, problem: millis },
  idempotencyRetention: { since: 3, problem: millis },
  enableLazyState: { since: 3, problem: flag },
  ingressPrivate: { since: 3, problem: flag },
  retryPolicyInitialInterval: { since: 4, problem: millis },
  retryPolicyMaxInterval: { since: 4, problem: millis },
  retryPolicyMaxAttempts: { since: 4, problem: wholeFrom(0) },
  retryPolicyExponentiationFactor: { since: 4, problem: factor },
  retryPolicyOnMaxAttempts: { since: 4, problem: oneOf("PAUSE", "KILL") },
};

export const SERVICE_FIELDS: FieldRules = {
  name: { since: 1, required: true, problem: text },
  ty: { since: 1, required: true, problem: oneOf("SERVICE", "VIRTUAL_OBJECT", "WORKFLOW") },
  handlers: { since: 1, required: true, problem: list },
  ...OPTION_FIELDS,
};

export const HANDLER_FIELDS: FieldRules = {
  name: { since: 1, required: true, problem: text },
  ty: { since: 1, problem: oneOf("EXCLUSIVE", "SHARED", "WORKFLOW") },
  input: { since: 1, problem: object },
  output: { since: 1, problem: object },
  workflowCompletionRetention: { since: 3, problem: millis },
  ...OPTION_FIELDS,
};

export const INPUT_FIELDS: FieldRules = {
  required: { since: 1, problem: flag },
  contentType: { since: 1, problem: text },
  jsonSchema: { since: 1, problem: anything },
};

export const OUTPUT_FIELDS: FieldRules = {
  contentType: { since: 1, problem: text },
  setContentTypeIfEmpty: { since: 1, problem: flag },
  jsonSchema: { since: 1, problem: anything },
};

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
