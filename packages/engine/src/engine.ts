import { randomBytes } from "node:crypto";
import type { Outcome } from "@perdure/sdk/internal";
import type { Clock } from "./clock/clock.ts";
import {
  type Accepted,
  type Answer,
  type ControlAction,
  type ControlOutcome,
  type EngineApi,
  EngineError,
  type InvokeRequest,
  type PreviewAnswer,
  type PreviewRequest,
  type RegisterOptions,
  type RestartOutcome,
  type ResultTarget,
  type ServicePatch,
} from "./engine-api.ts";
import type { Invoker, RunningAttempt } from "./invoker/invoker.ts";
import type { Registered, Registry } from "./registry/registry.ts";
import type { DeploymentInfo, ServiceInfo } from "./registry/service-info.ts";
import { decodeArchive } from "./state-machine/codec.ts";
import type { Effect, StartAttemptEffect } from "./state-machine/effects.ts";
import type { EngineEvent, TimerKey } from "./state-machine/events.ts";
import type { Xxh3 } from "./state-machine/ids.ts";
import { archiveKey } from "./state-machine/keys.ts";
import { StateMachine } from "./state-machine/machine.ts";
import type { Archive, CompletedInvocation, LiveInvocation } from "./state-machine/records.ts";
import type { Step } from "./state-machine/step.ts";
import type { Store, Write } from "./store/store.ts";

/**
 * The engine: the state machine joined to a store, a clock and an invoker.
 *
 * 1. Events are applied one after another, in memory, at once. The writes of each
 *    are committed, and its effects are carried out when they are durable, in the
 *    order of the events.
 * 2. When the store fails, nothing is accepted any more, and what was not durable
 *    is never acted upon.
 */
export interface EngineParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly invoker: Invoker;
  readonly registry: Registry;
  /** Asks an endpoint for its manifest and takes it in; the engine stores what comes of it. */
  readonly register: (options: RegisterOptions) => Promise<Registered>;
  /** Asks the serdes of a deployment. */
  readonly preview: (deployment: DeploymentInfo, request: PreviewRequest) => Promise<PreviewAnswer>;
  readonly xxh3: Xxh3;
  /** How often what has outlived its retention is forgotten, in milliseconds. */
  readonly sweepIntervalMs: number;
  readonly entropy?: () => Uint8Array;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

interface Waiter {
  readonly accepted?: (accepted: Accepted) => void;
  readonly answered?: (answer: Answer) => void;
  readonly failed: (error: Error) => void;
}

const ENTROPY_BYTES = 16;
const STORE_FAILED_STATUS = 503;

export class Engine implements EngineApi {
  readonly #parts: EngineParts;
  readonly #machine: StateMachine;
  readonly #attempts = new Map<number, RunningAttempt>();
  readonly #timers = new Map<string, () => void>();
  readonly #waiters = new Map<number, Waiter>();
  #nextWaiter = 1;
  #failure: EngineError | undefined;
  #closing = false;
  #stopSweep: () => void = () => {};

  private constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#machine = new StateMachine({ directory: parts.registry, xxh3: parts.xxh3 });
  }

  /**
   * Takes up what the store holds. `prepare` runs when everything was read and
   * before any work goes on: the place to add in-process deployments.
   */
  static async open(parts: EngineParts, prepare?: () => readonly Write[]): Promise<Engine> {
    const engine = new Engine(parts);
    await parts.store.recover((key, value) => {
      if (!parts.registry.load(key, value)) engine.#machine.load(key, value);
    });
    const writes = prepare?.() ?? [];
    const step = engine.#machine.start(parts.clock.now());
    await engine.#commit({ writes: [...writes, ...step.writes], effects: step.effects });
    engine.#planSweep();
    return engine;
  }

  // ---------------------------------------------------------------- invoking

  send(request: InvokeRequest): Promise<Accepted> {
    return new Promise((resolve, reject) => {
      this.#invoke(request, { accepted: resolve, failed: reject });
    });
  }

  call(request: InvokeRequest, signal?: AbortSignal): Promise<Answer> {
    return this.#wait(signal, (waiter) => this.#invoke(request, waiter));
  }

  attach(invocationId: string, signal?: AbortSignal): Promise<Answer> {
    return this.#wait(signal, (waiter) => {
      this.#requireWorking();
      const waiterId = this.#addWaiter(waiter);
      this.#apply({ type: "attach", nowMs: this.#now(), invocationId, waiterId });
      return waiterId;
    });
  }

  async output(
    invocationId: string,
  ): Promise<Answer | { readonly type: "notReady"; readonly invocationId: string }> {
    if (this.#machine.world.live.has(invocationId)) return { type: "notReady", invocationId };
    return this.attach(invocationId);
  }

  lookup(target: ResultTarget): string {
    if (target.type === "invocation") return target.invocationId;
    const id = this.#machine.idOf(
      target.type === "workflow" ? { type: "workflow", workflow: target.service, key: target.key } : target,
    );
    if (id === undefined) {
      throw new EngineError("A workflow's run has no idempotency key; its key identifies it.", {
        status: 400,
      });
    }
    return id;
  }

  resolveAwakeable(awakeableId: string, payload: Uint8Array): Promise<void> {
    return this.#completeAwakeable(awakeableId, { type: "success", value: payload });
  }

  rejectAwakeable(awakeableId: string, reason: string): Promise<void> {
    return this.#completeAwakeable(awakeableId, { type: "failure", failure: { code: 500, message: reason } });
  }

  // ---------------------------------------------------------------- operating

  async control(action: ControlAction, invocationId: string, deployment?: string): Promise<ControlOutcome> {
    const archived = action === "purgeJournal" ? await this.archive(invocationId) : undefined;
    const event = {
      type: "control",
      nowMs: this.#now(),
      action,
      invocationId,
      deployment,
      archived,
    } as const;
    return (await this.#applyDurably(event)) as ControlOutcome;
  }

  async restartAsNew(
    invocationId: string,
    options: { from: number; deployment?: string },
  ): Promise<RestartOutcome> {
    const archived = await this.archive(invocationId);
    const event: EngineEvent = {
      type: "restart",
      nowMs: this.#now(),
      invocationId,
      from: options.from,
      deployment: options.deployment,
      entropy: this.#entropy(),
      archived,
    };
    return (await this.#applyDurably(event)) as RestartOutcome;
  }

  async editState(edit: Parameters<EngineApi["editState"]>[0]): Promise<void> {
    await this.#applyDurably({ type: "editState", nowMs: this.#now(), version: undefined, ...edit });
  }

  // ---------------------------------------------------------------- looking

  services(): readonly ServiceInfo[] {
    return this.#parts.registry.services();
  }

  service(name: string): ServiceInfo | undefined {
    return this.#parts.registry.service(name);
  }

  deployments(): readonly DeploymentInfo[] {
    return this.#parts.registry.deployments();
  }

  deployment(id: string): DeploymentInfo | undefined {
    return this.#parts.registry.deployment(id);
  }

  servicesOf(deploymentId: string): readonly ServiceInfo[] {
    const { registry } = this.#parts;
    const services = registry.deployment(deploymentId)?.services ?? [];
    return services.flatMap(({ name }) => registry.serviceAt(deploymentId, name) ?? []);
  }

  liveInvocations(): Iterable<LiveInvocation> {
    return this.#machine.world.live.values();
  }

  completedInvocations(): Iterable<CompletedInvocation> {
    return this.#machine.world.completed.values();
  }

  async archive(invocationId: string): Promise<Archive | undefined> {
    if (!this.#machine.world.completed.has(invocationId)) return undefined;
    // What has just ended may still be on its way to the disk.
    await this.#commit({ writes: [], effects: [] });
    return this.#readArchive(invocationId);
  }

  async #readArchive(invocationId: string): Promise<Archive | undefined> {
    const bytes = await this.#parts.store.read(archiveKey(invocationId));
    return bytes === undefined ? undefined : decodeArchive(bytes);
  }

  state(service: string, key: string): ReadonlyMap<string, Uint8Array> {
    return this.#machine.world.stateOf(service, key);
  }

  async preview(request: PreviewRequest): Promise<PreviewAnswer> {
    const deploymentId = this.service(request.service)?.deploymentId;
    const deployment = deploymentId === undefined ? undefined : this.deployment(deploymentId);
    if (deployment === undefined) {
      throw new EngineError(`There is no service '${request.service}'.`, { status: 404 });
    }
    return await this.#parts.preview(deployment, request);
  }

  // ---------------------------------------------------------------- deploying

  async register(options: RegisterOptions): Promise<Omit<Registered, "writes">> {
    const { deployment, services, created, writes } = await this.#parts.register(options);
    await this.#commit({ writes, effects: [] });
    return { deployment, services, created };
  }

  async removeDeployment(id: string): Promise<void> {
    await this.#commit({ writes: this.#parts.registry.remove(id), effects: [] });
  }

  async patchService(name: string, patch: ServicePatch): Promise<ServiceInfo> {
    const { service, writes } = this.#parts.registry.patch(name, patch);
    await this.#commit({ writes, effects: [] });
    return service;
  }

  /** Stops taking requests, breaks off attempts, and gives the store back. What runs goes on after the next start. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#stopSweep();
    for (const stop of this.#timers.values()) stop();
    this.#timers.clear();
    for (const attempt of this.#attempts.values()) attempt.abort("The engine is closing.");
    this.#attempts.clear();
    await this.#parts.invoker.close();
    await this.#parts.store.close();
    const error = new EngineError("The engine is closed.", { status: STORE_FAILED_STATUS });
    for (const waiter of this.#waiters.values()) waiter.failed(error);
    this.#waiters.clear();
  }

  // ---------------------------------------------------------------- events and effects

  #invoke(request: InvokeRequest, waiter: Waiter): number {
    const waiterId = this.#addWaiter(waiter);
    const nowMs = this.#now();
    try {
      this.#check(request);
      this.#apply({
        type: "invoke",
        nowMs,
        service: request.service,
        handler: request.handler,
        key: request.key,
        parameter: request.body,
        headers: request.headers,
        idempotencyKey: request.idempotencyKey,
        executeAtMs: request.delayMs === undefined ? undefined : nowMs + request.delayMs,
        invokedBy: { type: "ingress" },
        entropy: this.#entropy(),
        waiterId,
        awaitsResult: waiter.answered !== undefined,
      });
    } catch (error) {
      this.#waiters.delete(waiterId);
      waiter.failed(error as Error);
    }
    return waiterId;
  }

  #check(request: InvokeRequest): void {
    const service = this.service(request.service);
    if (service === undefined) {
      throw new EngineError(`service '${request.service}' not found, make sure to register the service`, {
        status: 404,
      });
    }
    if (!service.handlers.has(request.handler)) {
      throw new EngineError(`service '${request.service}' has no handler '${request.handler}'`, {
        status: 404,
      });
    }
  }

  #wait(signal: AbortSignal | undefined, begin: (waiter: Waiter) => number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      let waiterId = 0;
      const stop = (): void => {
        this.#waiters.delete(waiterId);
        if (!this.#closing) this.#apply({ type: "detach", nowMs: this.#now(), waiterId });
        reject(signal?.reason);
      };
      const settle = (): void => signal?.removeEventListener("abort", stop);
      waiterId = begin({
        answered: (answer) => {
          settle();
          resolve(answer);
        },
        failed: (error) => {
          settle();
          reject(error);
        },
      });
      signal?.addEventListener("abort", stop);
    });
  }

  #addWaiter(waiter: Waiter): number {
    const id = this.#nextWaiter;
    this.#nextWaiter += 1;
    this.#waiters.set(id, waiter);
    return id;
  }

  async #completeAwakeable(awakeableId: string, result: Outcome): Promise<void> {
    await this.#applyDurably({ type: "completeAwakeable", nowMs: this.#now(), awakeableId, result });
  }

  #apply(event: EngineEvent): void {
    this.#requireWorking();
    this.#commit(this.#machine.apply(event)).catch(() => {
      // `#commit` has told everyone who waits.
    });
  }

  async #applyDurably(event: EngineEvent): Promise<unknown> {
    this.#requireWorking();
    const step = this.#machine.apply(event);
    await this.#commit(step);
    return step.outcome;
  }

  #requireWorking(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closing) throw new EngineError("The engine is closed.", { status: STORE_FAILED_STATUS });
  }

  async #commit({ writes, effects }: Step): Promise<void> {
    try {
      await this.#parts.store.commit(writes);
    } catch (error) {
      this.#storeFailed(error);
      throw this.#failure;
    }
    if (this.#closing) return;
    for (const effect of effects) this.#carryOut(effect);
  }

  /** Rule 2. */
  #storeFailed(cause: unknown): void {
    if (this.#failure !== undefined) return;
    const message = cause instanceof Error ? cause.message : String(cause);
    const failure = new EngineError(`The engine takes no requests, as it cannot store them: ${message}`, {
      status: STORE_FAILED_STATUS,
      cause,
    });
    this.#failure = failure;
    for (const attempt of this.#attempts.values()) attempt.abort(failure.message);
    this.#attempts.clear();
    for (const waiter of this.#waiters.values()) waiter.failed(failure);
    this.#waiters.clear();
  }

  #carryOut(effect: Effect): void {
    switch (effect.type) {
      case "startAttempt":
        this.#startAttempt(effect);
        break;
      case "feed":
        this.#attempts.get(effect.attempt)?.feed(effect.message);
        break;
      case "finishAttempt":
        this.#takeAttempt(effect.attempt)?.finish();
        break;
      case "abortAttempt":
        this.#takeAttempt(effect.attempt)?.abort(effect.reason);
        break;
      case "endInput":
        this.#attempts.get(effect.attempt)?.endInput();
        break;
      case "setTimer":
        this.#setTimer(effect.timer, effect.atMs);
        break;
      case "clearTimer":
        this.#clearTimer(toTimerId(effect.timer));
        break;
      case "accepted": {
        const { waiterId, invocationId, status, executeAtMs } = effect;
        const accepted = this.#waiters.get(waiterId)?.accepted;
        if (accepted === undefined) break;
        this.#waiters.delete(waiterId);
        accepted({ invocationId, status, executeAtMs });
        break;
      }
      case "answer":
        this.#answer(effect).catch((error: unknown) => this.#storeFailed(error));
        break;
      case "loadResult":
        this.#loadResult(effect).catch((error: unknown) => this.#storeFailed(error));
        break;
    }
  }

  #startAttempt(effect: StartAttemptEffect): void {
    const { invocationId, attempt, target } = effect;
    const deployment = this.deployment(effect.deploymentId);
    const handler = this.#parts.registry.handlerAt(effect.deploymentId, target.service, target.handler);
    const failed = (message: string): void =>
      this.#apply({
        type: "attemptFailed",
        nowMs: this.#now(),
        invocationId,
        attempt,
        failure: { code: 500, message, restateCode: "RT0011" },
        nextRetryDelayMs: undefined,
        countsForHandler: false,
        jitter: this.#random(),
      });
    if (deployment === undefined || handler === undefined) {
      failed(`The deployment ${effect.deploymentId} is not there any more.`);
      return;
    }
    const running = this.#parts.invoker.start(
      {
        invocationId,
        attempt,
        deployment,
        handler,
        target,
        version: effect.protocolVersion,
        start: effect.start,
        entries: effect.entries.map(({ message }) => message),
      },
      {
        started: () => {},
        messages: (messages) => {
          if (!this.#attempts.has(attempt)) return;
          this.#apply({
            type: "attemptMessages",
            nowMs: this.#now(),
            invocationId,
            attempt,
            messages,
            entropy: () => this.#entropy(),
            jitter: this.#random(),
          });
        },
        failed: (failure, options) => {
          if (this.#takeAttempt(attempt) === undefined) return;
          this.#apply({
            type: "attemptFailed",
            nowMs: this.#now(),
            invocationId,
            attempt,
            failure,
            nextRetryDelayMs: options.nextRetryDelayMs,
            countsForHandler: options.countsForHandler,
            jitter: this.#random(),
          });
        },
      },
    );
    this.#attempts.set(attempt, running);
  }

  #takeAttempt(attempt: number): RunningAttempt | undefined {
    const running = this.#attempts.get(attempt);
    this.#attempts.delete(attempt);
    return running;
  }

  #setTimer(timer: TimerKey, atMs: number): void {
    const id = toTimerId(timer);
    this.#clearTimer(id);
    const stop = this.#parts.clock.setTimer(atMs, () => {
      this.#timers.delete(id);
      if (this.#failure === undefined) this.#apply({ type: "timer", nowMs: this.#now(), timer });
    });
    this.#timers.set(id, stop);
  }

  #clearTimer(id: string): void {
    this.#timers.get(id)?.();
    this.#timers.delete(id);
  }

  async #answer(effect: Extract<Effect, { type: "answer" }>): Promise<void> {
    const answered = this.#waiters.get(effect.waiterId)?.answered;
    if (answered === undefined) return;
    this.#waiters.delete(effect.waiterId);
    const { invocationId, expiresAtMs } = effect;
    if (effect.result === "notFound") {
      answered({ type: "notFound", invocationId });
      return;
    }
    if (effect.result !== "fromArchive") {
      answered(toAnswer({ ...effect, result: effect.result, stacktrace: effect.stacktrace }));
      return;
    }
    const archive = await this.#readArchive(invocationId);
    if (archive === undefined) answered({ type: "notFound", invocationId });
    else answered(toAnswer({ ...archive, invocationId, expiresAtMs, target: archive.facts.target }));
  }

  async #loadResult(effect: Extract<Effect, { type: "loadResult" }>): Promise<void> {
    const { invocationId, callerId, completionId } = effect;
    const archive = await this.#readArchive(invocationId);
    if (this.#failure !== undefined || this.#closing) return;
    this.#apply({
      type: "resultLoaded",
      nowMs: this.#now(),
      invocationId,
      callerId,
      completionId,
      result: archive?.result,
    });
  }

  #planSweep(): void {
    const { clock, sweepIntervalMs } = this.#parts;
    this.#stopSweep = clock.setTimer(clock.now() + sweepIntervalMs, () => {
      if (this.#failure !== undefined || this.#closing) return;
      this.#apply({ type: "sweep", nowMs: this.#now() });
      this.#planSweep();
    });
  }

  #now(): number {
    return this.#parts.clock.now();
  }

  #entropy(): Uint8Array {
    return this.#parts.entropy?.() ?? randomBytes(ENTROPY_BYTES);
  }

  #random(): number {
    return this.#parts.random?.() ?? Math.random();
  }
}

function toTimerId(timer: TimerKey): string {
  const base = `${timer.type}/${timer.invocationId}`;
  return timer.type === "sleep" ? `${base}/${timer.completionId}` : base;
}

function toAnswer(end: {
  readonly invocationId: string;
  readonly result: Outcome;
  readonly stacktrace: string | undefined;
  readonly expiresAtMs: number | undefined;
  readonly target: { readonly service: string; readonly handler: string };
}): Answer {
  const { invocationId, result, stacktrace, expiresAtMs, target } = end;
  if (result.type === "failure") {
    return { type: "failure", invocationId, failure: result.failure, stacktrace, expiresAtMs };
  }
  const { service, handler } = target;
  return { type: "success", invocationId, value: result.value, expiresAtMs, target: { service, handler } };
}
