import type { HandlerKind, ServiceKind } from "@perdure/sdk/internal";

/**
 * Services and handlers as the engine knows them: what the latest deployment's
 * manifest says, over the engine's defaults, under an operator's changes.
 */

export interface RetryPolicyInfo {
  readonly initialIntervalMs: number;
  readonly factor: number;
  readonly maxIntervalMs: number;
  /** Counts the first attempt; `undefined`: unlimited. */
  readonly maxAttempts: number | undefined;
  readonly onMaxAttempts: "pause" | "kill";
}

/** What holds for one handler, nothing left to default. */
export interface EffectiveOptions {
  readonly isPublic: boolean;
  readonly inactivityTimeoutMs: number;
  readonly abortTimeoutMs: number;
  readonly journalRetentionMs: number;
  readonly idempotencyRetentionMs: number;
  /** Of a workflow's `run`. */
  readonly workflowRetentionMs: number;
  readonly enableLazyState: boolean;
  readonly retryPolicy: RetryPolicyInfo;
}

/** What a handler says itself; what it does not is its service's. */
export interface OwnOptions {
  readonly idempotencyRetentionMs?: number | undefined;
  readonly journalRetentionMs?: number | undefined;
  readonly inactivityTimeoutMs?: number | undefined;
  readonly abortTimeoutMs?: number | undefined;
  readonly enableLazyState?: boolean | undefined;
  readonly retryPolicy: { readonly [F in keyof RetryPolicyInfo]?: RetryPolicyInfo[F] | undefined };
}

export interface InputRule {
  readonly required: boolean;
  /** `undefined`: no body and no content type are expected. May have wildcards. */
  readonly contentType: string | undefined;
  readonly jsonSchema: unknown;
}

export interface OutputRule {
  readonly contentType: string | undefined;
  readonly setContentTypeIfEmpty: boolean;
  readonly jsonSchema: unknown;
}

export interface HandlerInfo {
  readonly name: string;
  readonly kind: HandlerKind;
  readonly input: InputRule;
  readonly output: OutputRule;
  readonly options: EffectiveOptions;
  /** Of these options those that the handler says itself. */
  readonly own?: OwnOptions | undefined;
  /** As {@link ServiceInfo.unusedInactivityTimeoutMs}. */
  readonly unusedInactivityTimeoutMs?: number | undefined;
  readonly documentation: string | undefined;
  readonly metadata: Readonly<Record<string, string>> | undefined;
}

export interface ServiceInfo {
  readonly name: string;
  readonly kind: ServiceKind;
  /** The latest deployment that has it; new invocations go there. */
  readonly deploymentId: string;
  /** Counts the deployments that brought it. */
  readonly revision: number;
  readonly options: EffectiveOptions;
  /** What is asked for, of a deployment that never waits: its attempts hear nothing after their start. */
  readonly unusedInactivityTimeoutMs?: number | undefined;
  readonly documentation: string | undefined;
  readonly metadata: Readonly<Record<string, string>> | undefined;
  readonly handlers: ReadonlyMap<string, HandlerInfo>;
}

/** Where a deployment's handlers run. */
export type DeploymentPlace =
  /** In this process; the services are given again at each start. */
  | { readonly type: "inProcess" }
  | {
      readonly type: "http";
      readonly uri: string;
      readonly useHttp11: boolean;
      readonly additionalHeaders: Readonly<Record<string, string>>;
    };

export interface DeploymentInfo {
  readonly id: string;
  readonly place: DeploymentPlace;
  readonly bidirectional: boolean;
  readonly minProtocolVersion: number;
  readonly maxProtocolVersion: number;
  readonly sdkVersion: string | undefined;
  readonly createdAtMs: number;
  readonly metadata: Readonly<Record<string, string>> | undefined;
  readonly services: readonly { readonly name: string; readonly revision: number }[];
}

/** How the state machine looks services up. */
export interface ServiceDirectory {
  service(name: string): ServiceInfo | undefined;
  deployment(id: string): DeploymentInfo | undefined;
  /** A handler as this deployment has it: what holds for an invocation that stays on it. */
  handlerAt(deploymentId: string, service: string, handler: string): HandlerInfo | undefined;
}
