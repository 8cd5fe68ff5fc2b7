import type { Failure } from "@perdure/sdk/internal";
import type { DeploymentInfo, ServiceInfo } from "./registry/service-info.ts";
import type { Archive, CompletedInvocation, LiveInvocation } from "./state-machine/records.ts";

/**
 * What the engine can be asked: the one thing that the HTTP faces, the in-process
 * client and the tests know of it. Every promise resolves only when what it says
 * is durable.
 */
export interface EngineApi {
  // ---------------------------------------------------------------- invoking
  /** Takes an invocation in. Throws {@link EngineError} for an unknown target or a bad request. */
  send(request: InvokeRequest): Promise<Accepted>;
  /** Takes an invocation in and waits for its result. Aborting the signal stops the waiting only. */
  call(request: InvokeRequest, signal?: AbortSignal): Promise<Answer>;
  /** Waits for the result of an invocation. */
  attach(invocationId: string, signal?: AbortSignal): Promise<Answer>;
  /** The result, if it is there. */
  output(
    invocationId: string,
  ): Promise<Answer | { readonly type: "notReady"; readonly invocationId: string }>;
  /** The id that such a request has or would have. */
  lookup(target: ResultTarget): string;
  resolveAwakeable(awakeableId: string, payload: Uint8Array): Promise<void>;
  rejectAwakeable(awakeableId: string, reason: string): Promise<void>;

  // ---------------------------------------------------------------- operating
  control(action: ControlAction, invocationId: string, deployment?: string): Promise<ControlOutcome>;
  restartAsNew(invocationId: string, options: { from: number; deployment?: string }): Promise<RestartOutcome>;
  /** Replaces the whole state of a key, when its lock is free. */
  editState(edit: {
    service: string;
    key: string;
    state: ReadonlyMap<string, Uint8Array>;
    version?: string;
  }): Promise<void>;

  // ---------------------------------------------------------------- looking
  services(): readonly ServiceInfo[];
  service(name: string): ServiceInfo | undefined;
  deployments(): readonly DeploymentInfo[];
  deployment(id: string): DeploymentInfo | undefined;
  /** The services of a deployment as it brought them, also those that a later one has taken over. */
  servicesOf(deploymentId: string): readonly ServiceInfo[];
  liveInvocations(): Iterable<LiveInvocation>;
  completedInvocations(): Iterable<CompletedInvocation>;
  archive(invocationId: string): Promise<Archive | undefined>;
  state(service: string, key: string): ReadonlyMap<string, Uint8Array>;
  /** Asks a serde of a service to show a value, or to read one that was shown. */
  preview(request: PreviewRequest): Promise<PreviewAnswer>;

  // ---------------------------------------------------------------- deploying
  register(options: RegisterOptions): Promise<Registered>;
  /** Changes where or how a deployment is reached, and takes its manifest again. Absent where it is not offered. */
  updateDeployment?(id: string, update: DeploymentUpdate): Promise<Registered>;
  removeDeployment(id: string): Promise<void>;
  patchService(name: string, patch: ServicePatch): Promise<ServiceInfo>;
}

export interface InvokeRequest {
  readonly service: string;
  readonly handler: string;
  readonly key?: string | undefined;
  readonly body: Uint8Array;
  readonly headers: readonly { readonly key: string; readonly value: string }[];
  readonly idempotencyKey?: string | undefined;
  readonly delayMs?: number | undefined;
}

export interface Accepted {
  readonly invocationId: string;
  readonly status: "accepted" | "previouslyAccepted";
  /** When it will start, for a delayed one. */
  readonly executeAtMs: number | undefined;
}

export type Answer =
  | {
      readonly type: "success";
      readonly invocationId: string;
      readonly value: Uint8Array;
      /** Set only when the answer comes from an invocation that had ended before it was asked for. */
      readonly expiresAtMs: number | undefined;
      readonly target: { readonly service: string; readonly handler: string };
    }
  | {
      readonly type: "failure";
      readonly invocationId: string;
      readonly failure: Failure;
      readonly stacktrace: string | undefined;
      readonly expiresAtMs: number | undefined;
    }
  | { readonly type: "notFound"; readonly invocationId: string };

export type ResultTarget =
  | { readonly type: "invocation"; readonly invocationId: string }
  | { readonly type: "workflow"; readonly service: string; readonly key: string }
  | {
      readonly type: "idempotent";
      readonly service: string;
      readonly key?: string | undefined;
      readonly handler: string;
      readonly idempotencyKey: string;
    };

export type ControlAction = "cancel" | "kill" | "pause" | "resume" | "purge" | "purgeJournal";

/** How a request of an operator ended; the admin face turns it into a status. */
export type ControlOutcome =
  | { readonly type: "done" }
  /** It is under way and shows later: a signal was delivered, a pause was asked for. */
  | { readonly type: "underWay" }
  | { readonly type: "notFound" }
  | { readonly type: "alreadyCompleted" }
  | { readonly type: "notCompleted" }
  | { readonly type: "notRunning" }
  | { readonly type: "notStarted" }
  /** It runs, so that its deployment can't be changed now. */
  | { readonly type: "deploymentFixed" }
  | { readonly type: "unknownDeployment"; readonly deploymentId: string };

export type RestartOutcome =
  | { readonly type: "restarted"; readonly invocationId: string }
  | { readonly type: "notFound" }
  | { readonly type: "stillRunning" }
  | { readonly type: "notStarted" }
  | { readonly type: "noJournal" }
  /** What is to be kept of the journal has commands whose results are not among it. */
  | { readonly type: "openCommands" }
  | { readonly type: "unknownDeployment"; readonly deploymentId: string }
  | { readonly type: "unsupported"; readonly message: string };

export interface RegisterOptions {
  readonly uri: string;
  readonly useHttp11?: boolean | undefined;
  readonly additionalHeaders?: Readonly<Record<string, string>> | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** Takes the manifest again although the address is known. */
  readonly force?: boolean | undefined;
  /** Allows what would break callers: a service of another kind. */
  readonly breaking?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface Registered {
  readonly deployment: DeploymentInfo;
  /** What it brings, or, of a dry run, would bring. */
  readonly services: readonly ServiceInfo[];
  readonly created: boolean;
}

export interface DeploymentUpdate {
  readonly uri?: string | undefined;
  readonly useHttp11?: boolean | undefined;
  readonly additionalHeaders?: Readonly<Record<string, string>> | undefined;
  /** Takes what the manifest says also where it differs from what is known. */
  readonly overwrite?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface ServicePatch {
  readonly public?: boolean | undefined;
  readonly idempotencyRetentionMs?: number | undefined;
  readonly workflowRetentionMs?: number | undefined;
  readonly journalRetentionMs?: number | undefined;
  readonly inactivityTimeoutMs?: number | undefined;
  readonly abortTimeoutMs?: number | undefined;
}

/** What an operator's tool asks of a serde. */
export interface PreviewRequest {
  readonly service: string;
  /** `decode`: from the serde's bytes to JSON. */
  readonly operation: "encode" | "decode";
  /** As the service's metadata names it, for example `greet/input`. */
  readonly serde: string;
  readonly body: Uint8Array;
}

/** What came of it; `status` is HTTP's, as the endpoint gave it. */
export interface PreviewAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
}

/**
 * A request that the engine refuses. `status` is HTTP's; `restateCode` the
 * server's documented code, where there is one.
 */
export class EngineError extends Error {
  override name = "EngineError";
  readonly status: number;
  readonly restateCode: string | undefined;

  constructor(
    message: string,
    options: { status: number; restateCode?: string | undefined; cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = options.status;
    this.restateCode = options.restateCode;
  }
}
