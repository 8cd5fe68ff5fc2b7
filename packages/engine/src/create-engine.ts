import type { EndpointOptions } from "@perdure/sdk";
import type { Ingress } from "@perdure/sdk/clients";
import { type BoundEndpoint, bindEndpoint, connectByExchange, toManifest } from "@perdure/sdk/internal";
import { startAdmin } from "./admin/admin.ts";
import type { Clock } from "./clock/clock.ts";
import { realClock } from "./clock/real-clock.ts";
import { Engine } from "./engine.ts";
import type { EngineApi } from "./engine-api.ts";
import type { FaceAddress, RunningFace } from "./http/face.ts";
import { createExchange } from "./in-process-exchange.ts";
import { IN_PROCESS_URL } from "./in-process-fetch.ts";
import { startIngress } from "./ingress/ingress.ts";
import { createDeploymentInvoker } from "./invoker/deployment-invoker.ts";
import { createHttpInvoker } from "./invoker/http-invoker.ts";
import type { HttpTransport } from "./invoker/http-transport.ts";
import { createHttp1Transport } from "./invoker/http1-transport.ts";
import { createHttp2Transport } from "./invoker/http2-transport.ts";
import { createInProcessInvoker } from "./invoker/in-process-invoker.ts";
import type { Invoker } from "./invoker/invoker.ts";
import { createLimitedInvoker } from "./invoker/limited-invoker.ts";
import { createRequestSigner, type RequestSigner } from "./invoker/request-signer.ts";
import { createPreviewer } from "./invoker/serde-previews.ts";
import { discover } from "./registry/discover.ts";
import { ENGINE_DEFAULTS, type EngineDefaults } from "./registry/engine-defaults.ts";
import { type RegisterContext, registerDeployment } from "./registry/register-deployment.ts";
import { Registry } from "./registry/registry.ts";
import { updateDeployment } from "./registry/update-deployment.ts";
import { openLogStore } from "./store/log-store.ts";
import { createMemoryStore } from "./store/memory-store.ts";
import type { Store } from "./store/store.ts";
import type { StoreError } from "./store/store-error.ts";
import { loadXxh3 } from "./xxh3.ts";

/** What an engine can be told. Everything has a default. */
export interface CreateEngineOptions extends Partial<Omit<EndpointOptions, "identityKeys">> {
  /**
   * The folder in which everything is kept. One engine at a time may use it. When
   * absent nothing is kept: the engine forgets everything when it is closed.
   */
  readonly data?: string | undefined;
  /** Says that nothing has to be kept, so that the engine does not point out that nothing is. */
  readonly ephemeral?: boolean | undefined;
  /** What holds where neither a service nor an operator says otherwise. */
  readonly defaults?: Partial<EngineDefaults> | undefined;
  /** How often results that have outlived their retention are forgotten, in milliseconds; an hour when absent. */
  readonly sweepIntervalMs?: number | undefined;
  /** How many waiting attempts are held in memory; past it the longest waiting is suspended. */
  readonly idleAttemptsMax?: number | undefined;
  /**
   * How many attempts work at once in this process, and as many over each version
   * of HTTP; 1000 when absent. Those that wait for something durable are not
   * counted. Past it attempts begin in the order in which they came, when others
   * wait, end, or have worked for five seconds.
   */
  readonly busyAttemptsMax?: number | undefined;
  /** The largest message of an endpoint that is taken, in bytes; 32 MiB when absent. Its attempt fails past it. */
  readonly messageBytesMax?: number | undefined;
  /** What endpoints and operators are told as the name of the cluster. */
  readonly clusterName?: string | undefined;
  /** Signs requests to endpoints (Ed25519, PKCS#8, PEM). */
  readonly identityPrivateKey?: string | undefined;
  /**
   * Told when the store takes nothing more (code `write_failed`: every request is
   * refused from then on), or could not make a snapshot. Written to standard error
   * when absent.
   */
  readonly onStoreProblem?: ((error: StoreError) => void) | undefined;
  /** Where the time comes from; the system's clock when absent. */
  readonly clock?: Clock | undefined;
  /** Where things are kept, instead of `data`. */
  readonly store?: Store | undefined;
}

/** Where the ingress listens, and what it takes. */
export interface ListenOptions extends FaceAddress {
  /** The largest body of a request, in bytes; 32 MiB when absent. Larger requests get 413. */
  readonly bodyBytesMax?: number | undefined;
}

/** Where the admin face listens. */
export interface ListenAdminOptions extends FaceAddress {
  /** Where clients find the ingress; the one that was opened first when absent. */
  readonly ingressUrl?: string | undefined;
}

/** An engine that runs in this process. */
export interface EmbeddedEngine {
  /** Calls services as a client from outside does, without a socket. */
  readonly client: Ingress;
  /** What the engine can be asked; the HTTP faces stand on it too. */
  readonly api: EngineApi;
  /** What endpoints are to be told so that they know its requests (`publickeyv1_...`), if it signs them. */
  readonly identityPublicKey: string | undefined;
  /** Opens the HTTP ingress for other processes. On loopback unless told otherwise. Rejects if the port cannot be had. */
  listen(options: ListenOptions): Promise<RunningFace>;
  /** Opens the HTTP admin face, as {@link EmbeddedEngine.listen} does the ingress. Who reaches it can do anything. */
  listenAdmin(options: ListenAdminOptions): Promise<RunningFace>;
  /** Breaks off what runs, which goes on at the next start, and gives the folder back. */
  close(): Promise<void>;
}

const KEEPS_NOTHING =
  "[perdure] This engine keeps nothing: what it knows is gone when it is closed. " +
  "Give createEngine a folder (data), or say that it may be so (ephemeral: true).";

const SWEEP_INTERVAL_MS = 3_600_000;
const CLUSTER_NAME = "perdure";

/**
 * Starts an engine in this process, with services of this process or without.
 *
 * Resolves when it takes requests; what an earlier engine on the same folder left
 * unfinished goes on by itself. Rejects with a `TypeError` when a service is not
 * valid, and with a `StoreError` when the folder cannot be used.
 *
 * @example
 * const engine = await createEngine({ services: [greeter], data: "./data" });
 * await engine.client.serviceClient(greeter).greet("Mary");
 * await engine.close();
 */
export async function createEngine(options: CreateEngineOptions = {}): Promise<EmbeddedEngine> {
  const endpoint =
    options.services === undefined ? undefined : bindEndpoint({ ...options, services: options.services });
  const clock = options.clock ?? realClock;
  const clusterName = options.clusterName ?? CLUSTER_NAME;
  const signer =
    options.identityPrivateKey === undefined
      ? undefined
      : await createRequestSigner(options.identityPrivateKey, clock);
  const registry = new Registry({ defaults: { ...ENGINE_DEFAULTS, ...options.defaults } });
  const store = options.store ?? (await openStore(options));
  const faces: RunningFace[] = [];
  let ingressUrl: string | undefined;
  const http1 = createHttp1Transport({ clock });
  const http2 = createHttp2Transport({ clock });
  const registerContext: RegisterContext = {
    registry,
    now: () => clock.now(),
    discover: (target) => discover({ ...target, clusterName, signer }),
  };
  const opening = Engine.open(
    {
      store,
      clock,
      registry,
      xxh3: await loadXxh3(),
      sweepIntervalMs: options.sweepIntervalMs ?? SWEEP_INTERVAL_MS,
      invoker: createInvoker({ options, clock, endpoint, signer, clusterName, http1, http2 }),
      preview: createPreviewer({ clock, endpoint, signer, clusterName, http1, http2 }),
      register: (registration) => registerDeployment(registration, registerContext),
      update: (id, update) => updateDeployment(id, update, registerContext),
    },
    () => registerOwn(registry, endpoint, clock),
  );
  const engine = await opening.catch(async (error: unknown) => {
    await store.close().catch(() => {});
    throw error;
  });
  return {
    client: connectByExchange({ url: IN_PROCESS_URL }, createExchange(engine)),
    api: engine,
    identityPublicKey: signer?.publicKey,
    async listen(listenOptions) {
      const face = await startIngress({ ...listenOptions, engine });
      faces.push(face);
      ingressUrl ??= face.url;
      return face;
    },
    async listenAdmin(listenOptions) {
      const known = listenOptions.ingressUrl ?? ingressUrl ?? IN_PROCESS_URL;
      const face = await startAdmin({ ...listenOptions, engine, clusterName, ingressUrl: known });
      faces.push(face);
      return face;
    },
    async close() {
      await Promise.all(faces.map((face) => face.close()));
      await engine.close();
    },
  };
}

async function openStore({
  data,
  ephemeral,
  onStoreProblem = reportProblem,
}: CreateEngineOptions): Promise<Store> {
  if (data === undefined) {
    if (ephemeral !== true) console.warn(KEEPS_NOTHING);
    return createMemoryStore({ isVolatile: true });
  }
  return openLogStore({ folder: data, onFailure: onStoreProblem, onWarning: onStoreProblem });
}

function reportProblem({ message, hint }: StoreError): void {
  console.error(`[perdure] ${message} ${hint}`);
}

function registerOwn(
  registry: Registry,
  endpoint: BoundEndpoint | undefined,
  clock: Clock,
): ReturnType<Registry["registerInProcess"]>["writes"] {
  if (endpoint === undefined) return [];
  const manifest = toManifest(endpoint, { bidirectional: true });
  return registry.registerInProcess({ manifest, nowMs: clock.now(), breaking: true }).writes;
}

function createInvoker(parts: {
  readonly options: CreateEngineOptions;
  readonly clock: Clock;
  readonly endpoint: BoundEndpoint | undefined;
  readonly signer: RequestSigner | undefined;
  readonly clusterName: string;
  readonly http1: HttpTransport;
  readonly http2: HttpTransport;
}): Invoker {
  const { options, clock, endpoint, signer, clusterName, http1, http2 } = parts;
  const { busyAttemptsMax, idleAttemptsMax, messageBytesMax } = options;
  const http = { clock, clusterName, signer, idleAttemptsMax, messageBytesMax };
  const limit = (invoker: Invoker): Invoker => createLimitedInvoker(invoker, { clock, busyAttemptsMax });
  return createDeploymentInvoker({
    inProcess:
      endpoint === undefined
        ? undefined
        : limit(createInProcessInvoker({ endpoint, clock, idleAttemptsMax })),
    http1: limit(createHttpInvoker({ ...http, transport: http1 })),
    http2: limit(createHttpInvoker({ ...http, transport: http2 })),
  });
}
