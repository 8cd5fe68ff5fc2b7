import type { ProtocolVersion } from "./versions.ts";

/**
 * The discovery manifest: what an endpoint tells the server about its services.
 * Protocol section 1.2.
 *
 * 1. All durations are whole milliseconds.
 * 2. The server refuses fields that it doesn't know, so nothing unset is written.
 */

export interface Manifest {
  readonly protocolMode: "BIDI_STREAM" | "REQUEST_RESPONSE";
  readonly minProtocolVersion: ProtocolVersion;
  readonly maxProtocolVersion: ProtocolVersion;
  /** Since version 4, and left out before. Only Lambda endpoints have it. */
  readonly lambdaCompression?: "zstd" | undefined;
  readonly services: readonly ManifestService[];
}

/** What both services and handlers may set. */
export interface ManifestOptions {
  readonly documentation?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Since version 3, as all up to `ingressPrivate`. */
  readonly inactivityTimeout?: number | undefined;
  readonly abortTimeout?: number | undefined;
  readonly journalRetention?: number | undefined;
  readonly idempotencyRetention?: number | undefined;
  readonly enableLazyState?: boolean | undefined;
  readonly ingressPrivate?: boolean | undefined;
  /** Since version 4, as all that follow. */
  readonly retryPolicyInitialInterval?: number | undefined;
  readonly retryPolicyMaxInterval?: number | undefined;
  /** Counts the first attempt. */
  readonly retryPolicyMaxAttempts?: number | undefined;
  readonly retryPolicyExponentiationFactor?: number | undefined;
  readonly retryPolicyOnMaxAttempts?: "PAUSE" | "KILL" | undefined;
}

export interface ManifestService extends ManifestOptions {
  readonly name: string;
  readonly ty: "SERVICE" | "VIRTUAL_OBJECT" | "WORKFLOW";
  readonly handlers: readonly ManifestHandler[];
}

export interface ManifestHandler extends ManifestOptions {
  readonly name: string;
  /** Unset for the handlers of a plain service. */
  readonly ty?: "EXCLUSIVE" | "SHARED" | "WORKFLOW" | undefined;
  readonly input?: ManifestInput | undefined;
  readonly output?: ManifestOutput | undefined;
  /** Since version 3. Only where `ty` is WORKFLOW, which in turn can't have `idempotencyRetention`. */
  readonly workflowCompletionRetention?: number | undefined;
}

export interface ManifestInput {
  readonly required?: boolean | undefined;
  /** A content type or a range of them; unset: no body is expected. */
  readonly contentType?: string | undefined;
  readonly jsonSchema?: unknown;
}

export interface ManifestOutput {
  readonly contentType?: string | undefined;
  readonly setContentTypeIfEmpty?: boolean | undefined;
  readonly jsonSchema?: unknown;
}
