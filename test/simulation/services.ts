import type { HandlerKind, ServiceKind } from "@perdure/sdk/internal";
import type {
  DeploymentInfo,
  EffectiveOptions,
  HandlerInfo,
  ServiceDirectory,
  ServiceInfo,
} from "../../packages/engine/src/registry/service-info.ts";
import type { Random } from "../determinism/random.ts";

/** Random services: their retentions, retry policies, lazy state, and protocol version. */

export interface Address {
  readonly service: string;
  readonly handler: string;
  readonly key: string | undefined;
}

interface Shape {
  readonly kind: ServiceKind;
  readonly handlers: Readonly<Record<string, HandlerKind>>;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  Plain: { kind: "service", handlers: { do: "service" } },
  Cart: { kind: "object", handlers: { add: "exclusive", take: "exclusive", peek: "shared" } },
  Stock: { kind: "object", handlers: { add: "exclusive" } },
  Flow: { kind: "workflow", handlers: { run: "workflow", tell: "shared" } },
};

const KEYS = ["a", "b"];

export const ADDRESSES: readonly Address[] = Object.entries(SHAPES).flatMap(([service, shape]) =>
  Object.keys(shape.handlers).flatMap((handler): Address[] =>
    shape.kind === "service"
      ? [{ service, handler, key: undefined }]
      : KEYS.map((key) => ({ service, handler, key })),
  ),
);

export function handlerKindOf({ service, handler }: Address): HandlerKind {
  return SHAPES[service]?.handlers[handler] ?? "service";
}

/** One whose attempts speak v7 in process, and one that speaks v6 over HTTP. */
const DEPLOYMENTS: readonly DeploymentInfo[] = [
  toDeployment("dp_inside", 7, { type: "inProcess" }),
  toDeployment("dp_remote", 6, {
    type: "http",
    uri: "http://localhost:9080",
    useHttp11: false,
    additionalHeaders: {},
  }),
];

function toDeployment(
  id: string,
  maxProtocolVersion: number,
  place: DeploymentInfo["place"],
): DeploymentInfo {
  return {
    id,
    place,
    bidirectional: true,
    minProtocolVersion: 5,
    maxProtocolVersion,
    sdkVersion: undefined,
    createdAtMs: 0,
    metadata: undefined,
    services: [],
  };
}

/** The longest retention there is; after twice as long everything is forgotten. */
export const RETENTION_MAX_MS = 1_000_000;

export function createDirectory(random: Random): ServiceDirectory {
  const services = new Map(
    Object.entries(SHAPES).map(([name, shape]) => [name, createService(random, { name, shape })]),
  );
  return {
    service: (name) => services.get(name),
    deployment: (id) => DEPLOYMENTS.find((deployment) => deployment.id === id),
    handlerAt: (_id, service, handler) => services.get(service)?.handlers.get(handler),
  };
}

function createService(random: Random, { name, shape }: { name: string; shape: Shape }): ServiceInfo {
  const options = createOptions(random);
  const handlers = Object.entries(shape.handlers).map(([handler, kind]): [string, HandlerInfo] => [
    handler,
    {
      name: handler,
      kind,
      input: { required: false, contentType: "*/*", jsonSchema: undefined },
      output: { contentType: "text/plain", setContentTypeIfEmpty: false, jsonSchema: undefined },
      options,
      documentation: undefined,
      metadata: undefined,
    },
  ]);
  return {
    name,
    kind: shape.kind,
    deploymentId: random.chance(0.5) ? "dp_inside" : "dp_remote",
    revision: 1,
    options,
    documentation: undefined,
    metadata: undefined,
    handlers: new Map(handlers),
  };
}

function createOptions(random: Random): EffectiveOptions {
  const retention = (): number => random.pick([0, 300, 5_000, RETENTION_MAX_MS, RETENTION_MAX_MS]) ?? 0;
  return {
    isPublic: true,
    inactivityTimeoutMs: 60_000,
    abortTimeoutMs: 600_000,
    journalRetentionMs: retention(),
    idempotencyRetentionMs: retention(),
    workflowRetentionMs: retention(),
    enableLazyState: random.chance(0.4),
    retryPolicy: {
      initialIntervalMs: random.pick([10, 100]) ?? 10,
      factor: 2,
      maxIntervalMs: 400,
      maxAttempts: random.pick([undefined, undefined, 2, 4]),
      onMaxAttempts: random.chance(0.5) ? "kill" : "pause",
    },
  };
}
