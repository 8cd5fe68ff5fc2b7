import {
  type AttemptRequest,
  createFetch,
  createInProcessInvoker,
  createMemoryStore,
  ENGINE_DEFAULTS,
  Engine,
  type EngineApi,
  EngineError,
  IN_PROCESS_URL,
  type Invoker,
  loadXxh3,
  Registry,
  type Store,
} from "@perdure/engine/internal";
import { connect, type Ingress } from "@perdure/sdk/clients";
import { type BoundEndpoint, type JournalInspector, toManifest } from "@perdure/sdk/internal";
import { joinInspectors } from "../misuse/join-inspectors.ts";
import type { Misuse } from "../misuse/misuse.ts";
import { createMisuseGuard, type MisuseGuard } from "../misuse/misuse-guard.ts";
import { Activity } from "./activity.ts";
import { AttemptWatch } from "./attempt-watch.ts";
import { bindServices } from "./bind-services.ts";
import { ClientWaits } from "./client-waits.ts";
import {
  FAILURES_MAX,
  HORIZON_DAYS,
  PATIENCE_MS,
  SEED,
  START_MS,
  type TestEngineOptions,
} from "./options.ts";
import { Pacemaker } from "./pacemaker.ts";
import { createChance } from "./random.ts";
import { type RunningInvocation, sayRunning, toRunning } from "./running.ts";
import { Runs } from "./runs.ts";
import { toCheckedMs } from "./test-clock.ts";
import { refuseUnknownCallees } from "./unknown-callee.ts";
import { VirtualTime } from "./virtual-time.ts";
import { type WatchedStore, watchStore } from "./watched-store.ts";

/** Where other rooms of the kit get in between. */
export interface Seams {
  /** The store; one in memory when absent. */
  readonly store?: Store | undefined;
  readonly wrapEndpoint?: ((endpoint: BoundEndpoint) => BoundEndpoint) | undefined;
  /** Between the engine and the attempts that it makes. */
  readonly wrapInvoker?: ((invoker: Invoker) => Invoker) | undefined;
  readonly inspect?:
    | ((request: Pick<AttemptRequest, "invocationId" | "attempt">) => JournalInspector)
    | undefined;
  /** Between the engine and its clients. */
  readonly wrapApi?: ((api: EngineApi) => EngineApi) | undefined;
  /** 16 bytes for the id of a new invocation that this one makes, or a client. */
  readonly entropy?: ((invocationId: string | undefined) => Uint8Array) | undefined;
  /** Whether nothing of theirs is under way. */
  readonly isRested?: (() => boolean) | undefined;
}

/** A test engine in its parts. */
export interface Assembled {
  readonly api: EngineApi;
  readonly client: Ingress;
  readonly endpoint: BoundEndpoint;
  readonly time: VirtualTime;
  readonly activity: Activity;
  readonly pacemaker: Pacemaker;
  orderOf(invocationId: string): number;
  running(): readonly RunningInvocation[];
  /** Who has something under way, of the attempts that run. */
  busy(): AttemptWatch["busy"];
  /** The engine, and its store after it, are closed, and others opened; what was durable goes on with `store`. */
  reopen(store: Store): Promise<void>;
  misuses(): readonly Misuse[];
  close(): Promise<void>;
}

let xxh3: ReturnType<typeof loadXxh3> | undefined;

/** Loaded once: it has no state between two calls. */
function sharedXxh3(): ReturnType<typeof loadXxh3> {
  xxh3 ??= loadXxh3();
  return xxh3;
}

export async function assemble(options: TestEngineOptions, seams: Seams = {}): Promise<Assembled> {
  const { misuse, strict } = options;
  if (misuse === "off") return assembleGuarded(options, seams, undefined);
  const guard = createMisuseGuard({ ...misuse, strict });
  try {
    return await assembleGuarded(options, seams, guard);
  } catch (error) {
    guard.close();
    throw error;
  }
}

async function assembleGuarded(
  options: TestEngineOptions,
  seams: Seams,
  guard: MisuseGuard | undefined,
): Promise<Assembled> {
  const activity = new Activity();
  const attempts = new AttemptWatch(activity);
  const runs = new Runs(options.runs ?? {}, activity);
  const time = new VirtualTime(toStartMs(options.now));
  const chance = createChance(options.seed ?? SEED);
  const watched = bindServices(options, runs);
  const bound = seams.wrapEndpoint?.(watched) ?? watched;
  const endpoint = guard?.toEndpoint(bound) ?? bound;
  const open = async (on: Store): Promise<Opened> => {
    const registry = new Registry({ defaults: toDefaults(options) });
    const store = watchStore(on, activity);
    const engine = await Engine.open(
      {
        store,
        registry,
        clock: time.workClock,
        sweepClock: time.sweepClock,
        sweepIntervalMs: SWEEP_INTERVAL_MS,
        xxh3: await sharedXxh3(),
        invoker: toInvoker({ endpoint, attempts, time, seams, guard, directory: () => registry }),
        random: () => chance.random(),
        entropy: (invocationId) => seams.entropy?.(invocationId) ?? chance.entropy(),
        register: refuseDeployments,
        update: refuseDeployments,
        preview: refuseDeployments,
      },
      () => registerServices(registry, endpoint, time.nowMs),
    );
    return { engine, store };
  };
  let opened = await open(seams.store ?? createMemoryStore());
  const waits = new ClientWaits(activity, () => time.nowMs);
  const current = toCurrent(() => opened.engine);
  const api = waits.watchApi(seams.wrapApi?.(current) ?? current);
  const journalValueCodec = await endpoint.journalValueCodecProvider?.();
  const client = connect({
    url: IN_PROCESS_URL,
    fetch: waits.watchFetch(createFetch(api)),
    ...(journalValueCodec !== undefined && { journalValueCodec }),
  });
  const running = (): readonly RunningInvocation[] =>
    toRunning({
      live: [...opened.engine.liveInvocations()],
      nowMs: time.nowMs,
      restOf: (attempt) => attempts.restOf(attempt),
      runsOf: (invocationId) => runs.namesOf(invocationId),
    });
  const pacemaker = new Pacemaker({
    isAutomatic: options.time !== "manual",
    time,
    activity,
    waits,
    isRested: () =>
      attempts.rested && waits.rested && opened.store.underWay === 0 && seams.isRested?.() !== false,
    isHeld: () => seams.isRested?.() === false,
    busyKey: () => attempts.busy.map(({ invocationId, rest }) => `${invocationId} ${rest?.runs}`).join(),
    api: () => opened.engine,
    describeRunning: () => running().map(sayRunning),
    failuresMax: options.failuresMax ?? FAILURES_MAX,
    patienceMs: options.patienceMs ?? PATIENCE_MS,
    horizonMs: toCheckedMs("horizon", options.horizon ?? { days: HORIZON_DAYS }),
  });
  return {
    api,
    client,
    endpoint,
    time,
    activity,
    pacemaker,
    orderOf: (invocationId) => attempts.orderOf(invocationId),
    running,
    busy: () => attempts.busy,
    reopen: async (on) => {
      await opened.engine.close();
      opened = await open(on);
    },
    misuses: () => guard?.misuses() ?? [],
    close: async () => {
      pacemaker.close();
      await opened.engine.close().finally(() => guard?.close());
    },
  };
}

interface Opened {
  readonly engine: Engine;
  readonly store: WatchedStore;
}

/** The engine of the moment, always. */
function toCurrent(engine: () => EngineApi): EngineApi {
  return new Proxy({} as EngineApi, {
    get: (_target, name) => {
      const member: unknown = Reflect.get(engine(), name);
      return typeof member === "function" ? member.bind(engine()) : member;
    },
  });
}

const SWEEP_INTERVAL_MS = 1000;

function toStartMs(now: Date | number | undefined): number {
  if (now === undefined) return START_MS;
  return typeof now === "number" ? now : now.getTime();
}

/** Unlimited: a policy of the service's own counts, and past `failuresMax` the kit steps in. */
function toDefaults({ defaults }: TestEngineOptions): typeof ENGINE_DEFAULTS {
  const retryPolicy = { ...ENGINE_DEFAULTS.retryPolicy, maxAttempts: undefined };
  return { ...ENGINE_DEFAULTS, retryPolicy, ...defaults };
}

interface InvokerParts {
  readonly endpoint: BoundEndpoint;
  readonly attempts: AttemptWatch;
  readonly time: VirtualTime;
  readonly seams: Seams;
  readonly guard: MisuseGuard | undefined;
  readonly directory: () => Registry;
}

function toInvoker({ endpoint, attempts, time, seams, guard, directory }: InvokerParts): Invoker {
  const made = createInProcessInvoker({
    endpoint,
    clock: time.upkeepClock,
    runtime: { ...attempts.runtime, ...guard?.toRuntime(attempts.runtime) },
    inspect: (request) => {
      const inspector = joinInspectors(seams.inspect?.(request) ?? {}, attempts.inspect(request));
      return guard === undefined ? inspector : joinInspectors(guard.inspect(request), inspector);
    },
  });
  const careful = refuseUnknownCallees(made, directory);
  return attempts.watch(seams.wrapInvoker?.(careful) ?? careful);
}

function registerServices(
  registry: Registry,
  endpoint: BoundEndpoint,
  nowMs: number,
): ReturnType<Registry["registerInProcess"]>["writes"] {
  const manifest = toManifest(endpoint, { bidirectional: true });
  return registry.registerInProcess({ manifest, nowMs, breaking: true }).writes;
}

const NOT_IMPLEMENTED = 501;

async function refuseDeployments(): Promise<never> {
  throw new EngineError("A test engine has the services that it was created with, and no others.", {
    status: NOT_IMPLEMENTED,
  });
}
