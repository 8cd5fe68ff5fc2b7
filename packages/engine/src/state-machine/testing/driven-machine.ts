import type { HandlerKind, Message, Outcome, ServiceKind } from "@perdure/sdk/internal";
import type { ControlAction } from "../../engine-api.ts";
import type {
  DeploymentInfo,
  EffectiveOptions,
  HandlerInfo,
  ServiceDirectory,
  ServiceInfo,
} from "../../registry/service-info.ts";
import type { Effect, StartAttemptEffect } from "../effects.ts";
import type { EngineEvent } from "../events.ts";
import { StateMachine } from "../machine.ts";
import type { LiveInvocation } from "../records.ts";

/** Drives the state machine in tests: events in, effects out; what it stores can be read back. */

export const OPTIONS: EffectiveOptions = {
  isPublic: true,
  inactivityTimeoutMs: 60_000,
  abortTimeoutMs: 600_000,
  journalRetentionMs: 1000,
  idempotencyRetentionMs: 2000,
  workflowRetentionMs: 3000,
  enableLazyState: false,
  retryPolicy: {
    initialIntervalMs: 100,
    factor: 2,
    maxIntervalMs: 1000,
    maxAttempts: 4,
    onMaxAttempts: "pause",
  },
};

export const DEPLOYMENT: DeploymentInfo = {
  id: "dp_1",
  place: { type: "inProcess" },
  bidirectional: true,
  minProtocolVersion: 5,
  maxProtocolVersion: 7,
  sdkVersion: undefined,
  createdAtMs: 0,
  metadata: undefined,
  services: [],
};

export function serviceOf(
  name: string,
  kind: ServiceKind,
  handlers: Readonly<Record<string, HandlerKind>>,
  options: Partial<EffectiveOptions> = {},
): ServiceInfo {
  const effective = { ...OPTIONS, ...options };
  const infos = Object.entries(handlers).map(([handler, handlerKind]): [string, HandlerInfo] => [
    handler,
    {
      name: handler,
      kind: handlerKind,
      input: { required: false, contentType: "*/*", jsonSchema: undefined },
      output: { contentType: "application/json", setContentTypeIfEmpty: false, jsonSchema: undefined },
      options: effective,
      documentation: undefined,
      metadata: undefined,
    },
  ]);
  return {
    name,
    kind,
    deploymentId: DEPLOYMENT.id,
    revision: 1,
    options: effective,
    documentation: undefined,
    metadata: undefined,
    handlers: new Map(infos),
  };
}

export const SERVICES: readonly ServiceInfo[] = [
  serviceOf("Shop", "service", { buy: "service" }),
  serviceOf("Cart", "object", { add: "exclusive", peek: "shared" }),
  serviceOf("Order", "workflow", { run: "workflow", status: "shared" }),
];

export const VOID: { readonly type: "void" } = { type: "void" };

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function success(text: string): Outcome {
  return { type: "success", value: bytes(text) };
}

export function ended(text: string): readonly Message[] {
  return [{ type: "Output", name: "", result: success(text) }, { type: "End" }];
}

export function suspendedOn(...completions: number[]): Message {
  const none = { namedSignals: [], nested: [] };
  return {
    type: "Suspension",
    awaitingOn: { combinator: "firstCompleted", completions, signals: [1], ...none },
  };
}

/** A simple hash in place of XXH3: tests of ids use the real one. */
function hash(input: Uint8Array): bigint {
  let value = 14695981039346656037n;
  for (const byte of input) value = ((value ^ BigInt(byte)) * 1099511628211n) & 0xffffffffffffffffn;
  return value;
}

export class DrivenMachine {
  machine: StateMachine;
  nowMs = 1_000_000;
  readonly stored: Map<string, Uint8Array> = new Map();
  readonly services: Map<string, ServiceInfo>;
  #effects: Effect[] = [];
  #entropy = 1;
  #waiters = 0;
  readonly #directory: ServiceDirectory;

  constructor(services: readonly ServiceInfo[] = SERVICES) {
    this.services = new Map(services.map((service) => [service.name, service]));
    this.#directory = {
      service: (name) => this.services.get(name),
      deployment: (id) => (id === DEPLOYMENT.id ? DEPLOYMENT : undefined),
      handlerAt: (_id, service, handler) => this.services.get(service)?.handlers.get(handler),
    };
    this.machine = this.#create();
  }

  #create(): StateMachine {
    return new StateMachine({ directory: this.#directory, xxh3: hash });
  }

  apply(event: EngineEvent): ReturnType<StateMachine["apply"]>["outcome"] {
    const { writes, effects, outcome } = this.machine.apply(event);
    for (const { key, value } of writes) {
      if (value === undefined) this.stored.delete(key);
      else this.stored.set(key, value);
    }
    this.#effects.push(...effects);
    return outcome;
  }

  /** Forgets everything but what was stored, and takes that up again. */
  restart(): void {
    this.machine = this.#create();
    this.#effects = [];
    for (const [key, value] of this.stored) this.machine.load(key, value);
    const { writes, effects } = this.machine.start(this.nowMs);
    for (const { key, value } of writes) {
      if (value === undefined) this.stored.delete(key);
      else this.stored.set(key, value);
    }
    this.#effects.push(...effects);
  }

  /** What followed since the last time. */
  effects(): readonly Effect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  entropy(): Uint8Array {
    const random = new Uint8Array(16);
    new DataView(random.buffer).setUint32(12, this.#entropy);
    this.#entropy += 1;
    return random;
  }

  /** Invokes `Service/handler` or `Service/key/handler`; the waiter's id counts from 1. */
  invoke(path: string, options: { body?: string; idempotencyKey?: string; delayMs?: number } = {}): number {
    const parts = path.split("/");
    const [service = "", key] = parts;
    this.#waiters += 1;
    this.apply({
      type: "invoke",
      nowMs: this.nowMs,
      service,
      handler: parts.at(-1) ?? "",
      key: parts.length === 3 ? key : undefined,
      parameter: bytes(options.body ?? ""),
      headers: [],
      idempotencyKey: options.idempotencyKey,
      executeAtMs: options.delayMs === undefined ? undefined : this.nowMs + options.delayMs,
      invokedBy: { type: "ingress" },
      entropy: this.entropy(),
      waiterId: this.#waiters,
      awaitsResult: true,
    });
    return this.#waiters;
  }

  /** The invocations of a handler that live, in the order in which they came. */
  live(path: string): LiveInvocation[] {
    return [...this.machine.world.live.values()].filter(({ target }) => {
      const { service, key, handler } = target;
      return path === (key === undefined ? `${service}/${handler}` : `${service}/${key}/${handler}`);
    });
  }

  one(path: string): LiveInvocation {
    const [found, ...others] = this.live(path);
    if (found === undefined || others.length > 0)
      throw new Error(`${others.length + 1} or 0 of ${path} live`);
    return found;
  }

  /** The attempt of this invocation says something. */
  says(invocation: LiveInvocation, ...messages: readonly Message[]): void {
    this.apply({
      type: "attemptMessages",
      nowMs: this.nowMs,
      invocationId: invocation.id,
      attempt: invocation.attempt,
      messages,
      entropy: () => this.entropy(),
      jitter: 0,
    });
  }

  fails(invocation: LiveInvocation, message = "broken"): void {
    this.apply({
      type: "attemptFailed",
      nowMs: this.nowMs,
      invocationId: invocation.id,
      attempt: invocation.attempt,
      failure: { code: 500, message },
      nextRetryDelayMs: undefined,
      countsForHandler: true,
      jitter: 0,
    });
  }

  control(action: ControlAction, invocation: { readonly id: string }): unknown {
    return this.apply({
      type: "control",
      nowMs: this.nowMs,
      action,
      invocationId: invocation.id,
      deployment: undefined,
    });
  }

  /** Lets the timers fire that were set and are due after `ms`. */
  advance(ms: number): void {
    this.nowMs += ms;
    const due = this.#effects.filter((effect) => effect.type === "setTimer" && effect.atMs <= this.nowMs);
    for (const effect of due) {
      if (effect.type === "setTimer") this.apply({ type: "timer", nowMs: this.nowMs, timer: effect.timer });
    }
  }
}

export function started(effects: readonly Effect[]): StartAttemptEffect[] {
  return effects.filter((effect): effect is StartAttemptEffect => effect.type === "startAttempt");
}

/** The results that clients got, as text, by waiter. */
export function answers(effects: readonly Effect[]): Record<number, string> {
  const found: Record<number, string> = {};
  for (const effect of effects) {
    if (effect.type !== "answer") continue;
    const { result } = effect;
    if (typeof result === "string") found[effect.waiterId] = result;
    else if (result.type === "success") found[effect.waiterId] = new TextDecoder().decode(result.value);
    else found[effect.waiterId] = `${result.failure.code} ${result.failure.message}`;
  }
  return found;
}

/** What the attempts of an invocation were fed. */
export function fed(effects: readonly Effect[], invocation: { readonly id: string }): Message[] {
  return effects.flatMap((effect) =>
    effect.type === "feed" && effect.invocationId === invocation.id ? [effect.message] : [],
  );
}
