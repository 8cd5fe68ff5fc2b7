import type { Outcome } from "@perdure/sdk/internal";
import type { Clock } from "./clock/clock.ts";
import { Attempts } from "./engine/attempts.ts";
import { Clients } from "./engine/clients.ts";
import { Effects } from "./engine/effects.ts";
import { createEntropy } from "./engine/entropy.ts";
import { engineClosed, Steps } from "./engine/steps.ts";
import type { Surroundings } from "./engine/surroundings.ts";
import { Timers } from "./engine/timers.ts";
import { Waiters } from "./engine/waiters.ts";
import {
  type Accepted,
  type Answer,
  type ControlAction,
  type ControlOutcome,
  type DeploymentUpdate,
  type EngineApi,
  EngineError,
  type FoundDeadlock,
  type InvokeRequest,
  type PreviewAnswer,
  type PreviewRequest,
  type RegisterOptions,
  type RestartOutcome,
  type ResultTarget,
  type ServicePatch,
  type WaitingFor,
} from "./engine-api.ts";
import type { Invoker } from "./invoker/invoker.ts";
import type { Registered, Registry } from "./registry/registry.ts";
import type { DeploymentInfo, ServiceInfo } from "./registry/service-info.ts";
import type { EngineEvent } from "./state-machine/events.ts";
import type { Xxh3 } from "./state-machine/ids.ts";
import { isOfArchive } from "./state-machine/keys.ts";
import { StateMachine } from "./state-machine/machine.ts";
import type { Archive, CompletedInvocation, LiveInvocation } from "./state-machine/records.ts";
import { isSweepDue } from "./state-machine/retention.ts";
import { waitingFor } from "./state-machine/waiting.ts";
import type { Store, Write } from "./store/store.ts";

/** What an engine is joined of. */
export interface EngineParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly invoker: Invoker;
  readonly registry: Registry;
  /** Asks an endpoint for its manifest and takes it in; the engine stores what comes of it. */
  readonly register: (options: RegisterOptions) => Promise<Registered>;
  /** Asks an endpoint again, there or elsewhere. */
  readonly update: (id: string, update: DeploymentUpdate) => Promise<Registered>;
  /** Asks the serdes of a deployment. */
  readonly preview: (deployment: DeploymentInfo, request: PreviewRequest) => Promise<PreviewAnswer>;
  readonly xxh3: Xxh3;
  /** How often what has outlived its retention is forgotten, in milliseconds. */
  readonly sweepIntervalMs: number;
  /** Whose time that follows; `clock` when absent. */
  readonly sweepClock?: Clock;
  /** 16 random bytes, of which the id of a new invocation is made; which invocation makes it, if it is not a client. */
  readonly entropy?: (invocationId?: string) => Uint8Array;
  /** Uniform in [0, 1). */
  readonly random?: () => number;
}

/**
 * The engine: the state machine joined to a store, a clock and an invoker. This is
 * what it can be asked; `engine/` holds what it consists of. How events become
 * durable, and then effects, stands in `engine/steps.ts`.
 */
export class Engine implements EngineApi {
  readonly #parts: EngineParts;
  readonly #machine: StateMachine;
  readonly #steps: Steps;
  readonly #clients: Clients;
  readonly #attempts: Attempts;
  readonly #timers: Timers;
  readonly #waiters: Waiters;
  readonly #surroundings: Surroundings;
  #closing = false;
  #stopSweep: () => void = () => {};

  private constructor(parts: EngineParts) {
    const { clock, entropy, random, registry, invoker, store } = parts;
    const surroundings: Surroundings = {
      now: () => clock.now(),
      entropy: entropy ?? createEntropy(),
      random: random ?? Math.random,
    };
    const waiters = new Waiters();
    const machine = new StateMachine({ directory: registry, xxh3: parts.xxh3, isVolatile: store.isVolatile });
    const steps: Steps = new Steps({
      machine,
      store,
      carryOut: (effect) => effects.carryOut(effect),
      failed: (error) => {
        attempts.abortAll(error.message);
        waiters.failAll(error);
      },
    });
    const attempts = new Attempts({
      invoker,
      registry,
      surroundings,
      apply: (event, stored) => steps.apply(event, stored),
    });
    const timers = new Timers(clock, (timer) => {
      if (!steps.stopped) steps.apply({ type: "timer", nowMs: clock.now(), timer });
    });
    const effects = new Effects({ steps, attempts, timers, waiters, surroundings });
    this.#parts = parts;
    this.#waiters = waiters;
    this.#clients = new Clients({ steps, registry, waiters, surroundings });
    this.#machine = machine;
    this.#steps = steps;
    this.#attempts = attempts;
    this.#timers = timers;
    this.#surroundings = surroundings;
  }

  /**
   * Takes up what the store holds. `prepare` runs when everything was read and
   * before any work goes on: the place to add in-process deployments.
   */
  static async open(parts: EngineParts, prepare?: () => readonly Write[]): Promise<Engine> {
    const engine = new Engine(parts);
    await parts.store.recover(
      (key, value) => {
        if (!parts.registry.load(key, value)) engine.#machine.load(key, value);
      },
      { passing: { has: isOfArchive, onWrite: (key, value) => engine.#machine.load(key, value) } },
    );
    const writes = prepare?.() ?? [];
    const step = engine.#machine.start(parts.clock.now());
    await engine.#steps.commit({ writes: [...writes, ...step.writes], effects: step.effects });
    engine.#planSweep();
    return engine;
  }

  // ---------------------------------------------------------------- invoking

  send(request: InvokeRequest): Promise<Accepted> {
    return this.#clients.send(request);
  }

  call(request: InvokeRequest, signal?: AbortSignal): Promise<Answer> {
    return this.#clients.call(request, signal);
  }

  attach(invocationId: string, signal?: AbortSignal): Promise<Answer> {
    return this.#clients.attach(invocationId, signal);
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
      nowMs: this.#surroundings.now(),
      action,
      invocationId,
      deployment,
      archived,
    } as const;
    return (await this.#steps.applyDurably(event)) as ControlOutcome;
  }

  async restartAsNew(
    invocationId: string,
    options: { from: number; deployment?: string },
  ): Promise<RestartOutcome> {
    const archived = await this.archive(invocationId);
    const event: EngineEvent = {
      type: "restart",
      nowMs: this.#surroundings.now(),
      invocationId,
      from: options.from,
      deployment: options.deployment,
      entropy: this.#surroundings.entropy(),
      archived,
    };
    return (await this.#steps.applyDurably(event)) as RestartOutcome;
  }

  async editState(edit: Parameters<EngineApi["editState"]>[0]): Promise<void> {
    await this.#steps.applyDurably({
      type: "editState",
      nowMs: this.#surroundings.now(),
      version: undefined,
      ...edit,
    });
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
    await this.#steps.commit({ writes: [], effects: [] });
    return this.#steps.readArchiveAndJournal(invocationId);
  }

  waitingFor(invocationId: string): WaitingFor | undefined {
    return waitingFor(this.#machine.world, invocationId);
  }

  deadlocks(): readonly FoundDeadlock[] {
    return [...this.#machine.world.deadlocks];
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
    return await this.#store(await this.#parts.register(options));
  }

  async updateDeployment(id: string, update: DeploymentUpdate): Promise<Omit<Registered, "writes">> {
    return await this.#store(await this.#parts.update(id, update));
  }

  async #store({ deployment, services, created, writes }: Registered): Promise<Omit<Registered, "writes">> {
    await this.#steps.commit({ writes, effects: [] });
    return { deployment, services, created };
  }

  async removeDeployment(id: string): Promise<void> {
    await this.#steps.commit({ writes: this.#parts.registry.remove(id), effects: [] });
  }

  async patchService(name: string, patch: ServicePatch): Promise<ServiceInfo> {
    const { service, writes } = this.#parts.registry.patch(name, patch);
    await this.#steps.commit({ writes, effects: [] });
    return service;
  }

  /** Stops taking requests, breaks off attempts, and gives the store back. What runs goes on after the next start. */
  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    this.#steps.close();
    this.#stopSweep();
    this.#timers.clearAll();
    this.#attempts.abortAll("The engine is closing.");
    await this.#parts.invoker.close();
    await this.#parts.store.close();
    this.#waiters.failAll(engineClosed());
  }

  // ---------------------------------------------------------------- inside

  async #completeAwakeable(awakeableId: string, result: Outcome): Promise<void> {
    await this.#steps.applyDurably({
      type: "completeAwakeable",
      nowMs: this.#surroundings.now(),
      awakeableId,
      result,
    });
  }

  #planSweep(delayMs: number = this.#parts.sweepIntervalMs): void {
    const clock = this.#parts.sweepClock ?? this.#parts.clock;
    this.#stopSweep = clock.setTimer(clock.now() + delayMs, () => {
      if (this.#steps.stopped) return;
      const nowMs = this.#surroundings.now();
      this.#steps.apply({ type: "sweep", nowMs });
      this.#planSweep(isSweepDue(this.#machine.world, nowMs) ? 0 : undefined);
    });
  }
}
