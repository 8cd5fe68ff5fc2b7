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
  /** What an invocation waits for, and what that waits for, down to what moves by itself. `undefined`: not known. */
  waitingFor(invocationId: string): WaitingFor | undefined;
  /** The deadlocks that were found since the engine started, at most the last 100, the oldest first. */
  deadlocks(): readonly FoundDeadlock[];
  /** Asks a serde of a service to show a value, or to read one that was shown. */
  preview(request: PreviewRequest): Promise<PreviewAnswer>;

  // ---------------------------------------------------------------- deploying
  register(options: RegisterOptions): Promise<Registered>;
  /** Changes where or how a deployment is reached; what runs on it goes on there. */
  updateDeployment(id: string, update: DeploymentUpdate): Promise<Registered>;
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

/** Why an invocation does not go on. */
export interface WaitingFor {
  readonly invocationId: string;
  /** The chain from it to what moves by itself, in one sentence. */
  readonly summary: string;
  /** The one that was asked for, then those that it waits for, directly or not; at most 100. */
  readonly invocations: readonly WaitingInvocation[];
  /** Whether some were left out, or some of the waits of one. */
  readonly isTruncated: boolean;
  /** Those that this invocation was part of. */
  readonly deadlocks: readonly FoundDeadlock[];
}

export interface WaitingInvocation {
  readonly invocationId: string;
  /** `service/handler` or `service/key/handler`. */
  readonly target: string;
  readonly status: LiveInvocation["status"] | "completed";
  /** When something of it was stored last. */
  readonly modifiedAtMs: number;
  /**
   * Which of its waits let it go on: the combinator in its code. Of combinators within
   * combinators it is the outermost, and `waits` has the leaves of all of them.
   */
  readonly needs: "any" | "all" | "firstSuccess" | "allSuccesses";
  /** What it waits for; at most 100. Empty when it waits for nothing that the engine knows. */
  readonly waits: readonly WaitReason[];
}

/** `commandIndex` counts the commands of its journal; the input is 0. */
export type WaitReason =
  | {
      readonly type: "call" | "attach";
      readonly commandIndex: number;
      /** Whose result it is; `invocations` says what that one waits for. */
      readonly invocationId: string;
      readonly target: string | undefined;
    }
  /** The lock of its object, or the place in the queue for it. */
  | { readonly type: "lock"; readonly heldBy: string | undefined; readonly queuedBefore: number }
  | { readonly type: "sleep"; readonly commandIndex: number; readonly name: string; readonly untilMs: number }
  | { readonly type: "promise"; readonly commandIndex: number; readonly name: string }
  | { readonly type: "run"; readonly commandIndex: number; readonly name: string }
  /** State, or the answer to another command, that is on its way. */
  | { readonly type: "answer"; readonly commandIndex: number; readonly command: string }
  | { readonly type: "awakeable"; readonly awakeableId: string }
  | { readonly type: "signal"; readonly signal: number | string }
  /** The time for which it was scheduled. */
  | { readonly type: "start"; readonly atMs: number }
  | { readonly type: "retry"; readonly atMs: number | undefined; readonly failure: string | undefined }
  | { readonly type: "operator"; readonly failure: string | undefined }
  /** Its code runs, and has not said that it waits. */
  | { readonly type: "code" };

/** Invocations that waited for each other, and would have for ever. */
export interface FoundDeadlock {
  readonly atMs: number;
  /** Each waits for the next, and the last one for the first. */
  readonly cycle: readonly {
    readonly invocationId: string;
    readonly target: string;
    /** The lock that the next one holds, or its result. */
    readonly waitsFor: "lock" | "result";
  }[];
  /** Which wait was failed to break it, and of whom. */
  readonly failed: {
    readonly invocationId: string;
    readonly commandIndex: number;
    /** Whose result it was waiting for. */
    readonly awaitedId: string;
  };
  /** The failure that it got. */
  readonly message: string;
}

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
  /** Of a new address HTTP/2 when absent; else what it was. */
  readonly useHttp11?: boolean | undefined;
  /** Instead of all that there were. */
  readonly additionalHeaders?: Readonly<Record<string, string>> | undefined;
  /** Takes the services as the endpoint has them now; else they stay as they are known. */
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
