import type { Message, ProtocolVersion, StartMessage } from "@perdure/sdk/internal";
import { ENGINE_DEFAULTS } from "../../registry/engine-defaults.ts";
import type { DeploymentInfo, EffectiveOptions } from "../../registry/service-info.ts";
import type { AttemptFailure } from "../../state-machine/records.ts";
import type { AttemptEvents, AttemptRequest, FailureOptions, Invoker, RunningAttempt } from "../invoker.ts";

/** An engine for one attempt in tests: what comes is kept, what goes is said by the test. */

export interface AttemptSetup {
  readonly service?: string;
  readonly handler?: string;
  readonly key?: string;
  readonly version?: ProtocolVersion;
  readonly deployment?: Partial<DeploymentInfo>;
  readonly options?: Partial<EffectiveOptions>;
  /** The journal after the input. */
  readonly journal?: readonly Message[];
  readonly input?: unknown;
  readonly headers?: readonly { readonly key: string; readonly value: string }[];
}

export const INVOCATION_ID = "inv_1lJigA3vrMfT1umzTy2XVbS31h5M2x3XR6";

export function toAttemptRequest(setup: AttemptSetup): AttemptRequest {
  const { service = "greeter", handler = "greet", key, version = 7, journal = [], headers = [] } = setup;
  const value = new TextEncoder().encode(JSON.stringify(setup.input ?? null));
  const entries: readonly Message[] = [{ type: "Input", name: "", headers, value }, ...journal];
  const start: StartMessage = {
    type: "Start",
    id: new Uint8Array(24).fill(1),
    debugId: INVOCATION_ID,
    knownEntries: entries.length,
    stateMap: [],
    partialState: true,
    key: key ?? "",
    retryCountSinceLastStoredEntry: 0,
    durationSinceLastStoredEntryMs: 0,
    randomSeed: 1n,
  };
  return {
    invocationId: INVOCATION_ID,
    attempt: 1,
    version,
    start,
    entries,
    target: { service, handler, key, serviceKind: "service", handlerKind: "service" },
    deployment: {
      id: "dp_1",
      place: { type: "inProcess" },
      bidirectional: true,
      minProtocolVersion: 5,
      maxProtocolVersion: 7,
      sdkVersion: undefined,
      createdAtMs: 0,
      metadata: undefined,
      services: [],
      ...setup.deployment,
    },
    handler: {
      name: handler,
      kind: "service",
      input: { required: false, contentType: "*/*", jsonSchema: undefined },
      output: { contentType: undefined, setContentTypeIfEmpty: false, jsonSchema: undefined },
      documentation: undefined,
      metadata: undefined,
      options: {
        isPublic: true,
        inactivityTimeoutMs: ENGINE_DEFAULTS.inactivityTimeoutMs,
        abortTimeoutMs: ENGINE_DEFAULTS.abortTimeoutMs,
        journalRetentionMs: 0,
        idempotencyRetentionMs: 0,
        workflowRetentionMs: 0,
        enableLazyState: false,
        retryPolicy: ENGINE_DEFAULTS.retryPolicy,
        ...setup.options,
      },
    },
  };
}

export interface Failed {
  readonly failure: Omit<AttemptFailure, "atMs">;
  readonly options: FailureOptions;
}

export class ScriptedEngine implements AttemptEvents {
  readonly batches: (readonly Message[])[] = [];
  readonly attempt: RunningAttempt;
  starts = 0;
  failure: Failed | undefined;
  #inside = true;
  #taken = 0;
  #wake: () => void = () => {};

  constructor(invoker: Invoker, request: AttemptRequest) {
    this.attempt = invoker.start(request, this);
    this.#inside = false;
  }

  started(): void {
    this.#check();
    this.starts += 1;
    this.#wake();
  }

  messages(messages: readonly Message[]): void {
    this.#check();
    this.batches.push(messages);
    this.#wake();
  }

  failed(failure: Failed["failure"], options: FailureOptions): void {
    this.#check();
    this.failure = { failure, options };
    this.#wake();
  }

  get received(): readonly Message[] {
    return this.batches.flat();
  }

  /** Calls the attempt; no event may come from within. */
  tell(action: (attempt: RunningAttempt) => void): this {
    this.#inside = true;
    action(this.attempt);
    this.#inside = false;
    return this;
  }

  /** The next message, reports of what is awaited left out. */
  async next(): Promise<Message> {
    for (;;) {
      const message = this.received[this.#taken];
      if (message !== undefined) {
        this.#taken += 1;
        if (message.type === "AwaitingOn") continue;
        return message;
      }
      if (this.failure !== undefined) throw new Error(`Failed: ${this.failure.failure.message}`);
      await this.changed();
    }
  }

  async untilStarted(): Promise<void> {
    while (this.starts === 0) await this.changed();
  }

  async untilFailed(): Promise<Failed> {
    while (this.failure === undefined) await this.changed();
    return this.failure;
  }

  async untilWaiting(): Promise<void> {
    while (this.received.at(-1)?.type !== "AwaitingOn") await this.changed();
  }

  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #check(): void {
    if (this.#inside) throw new Error("An event came from within a call");
    if (this.failure !== undefined) throw new Error("An event came after the attempt failed");
  }
}

export function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** A few turns of the event loop: all that can happen without I/O has happened. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
