import type { HandlerKind } from "@perdure/sdk/internal";
import type {
  DeploymentInfo,
  EffectiveOptions,
  HandlerInfo,
  InputRule,
  OutputRule,
  OwnOptions,
  ServiceInfo,
} from "../../registry/service-info.ts";

/** Services and deployments for tests of the faces. */

export const DEPLOYMENT_ID = "dp_10LxpggWfY1gEumitZsKlrP";
export const OTHER_DEPLOYMENT_ID = "dp_14nLvszajv8ReWJVwuf2gBH";

export const OPTIONS: EffectiveOptions = {
  isPublic: true,
  inactivityTimeoutMs: 60_000,
  abortTimeoutMs: 600_000,
  journalRetentionMs: 86_400_000,
  idempotencyRetentionMs: 86_400_000,
  workflowRetentionMs: 86_400_000,
  enableLazyState: false,
  retryPolicy: {
    initialIntervalMs: 50,
    factor: 2,
    maxIntervalMs: 1000,
    maxAttempts: 70,
    onMaxAttempts: "pause",
  },
};

const JSON_INPUT: InputRule = { required: false, contentType: "application/json", jsonSchema: undefined };
const JSON_OUTPUT: OutputRule = {
  contentType: "application/json",
  setContentTypeIfEmpty: false,
  jsonSchema: undefined,
};

export interface HandlerSketch {
  readonly kind?: HandlerKind;
  readonly input?: Partial<InputRule>;
  readonly output?: Partial<OutputRule>;
  readonly options?: Partial<EffectiveOptions>;
  readonly own?: OwnOptions;
  readonly documentation?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export function sketchService(
  fields: Pick<ServiceInfo, "name" | "kind"> & Partial<Omit<ServiceInfo, "handlers">>,
  handlers: Readonly<Record<string, HandlerSketch>>,
): ServiceInfo {
  const options = fields.options ?? OPTIONS;
  const usualKind: HandlerKind = fields.kind === "service" ? "service" : "shared";
  return {
    deploymentId: DEPLOYMENT_ID,
    revision: 1,
    documentation: undefined,
    metadata: undefined,
    ...fields,
    options,
    handlers: new Map(
      Object.entries(handlers).map(([name, sketch]): [string, HandlerInfo] => [
        name,
        {
          name,
          kind: sketch.kind ?? usualKind,
          input: { ...JSON_INPUT, ...sketch.input },
          output: { ...JSON_OUTPUT, ...sketch.output },
          options: { ...options, ...sketch.options },
          own: sketch.own,
          documentation: sketch.documentation,
          metadata: sketch.metadata,
        },
      ]),
    ),
  };
}

const NAME_SCHEMA = { type: "object", properties: { name: { type: "string" } }, required: ["name"] };

export const SERVICES: readonly ServiceInfo[] = [
  sketchService(
    { name: "Svc", kind: "service", documentation: "A service", metadata: { team: "x" } },
    {
      greet: {},
      nothing: { input: { contentType: undefined }, output: { contentType: undefined } },
      bin: {
        input: { contentType: "application/octet-stream" },
        output: { contentType: "application/octet-stream" },
      },
      any: { input: { contentType: "*/*" } },
      text: { input: { contentType: "text/*", required: true } },
      broken: { input: { contentType: undefined, required: true } },
      setCt: { output: { setContentTypeIfEmpty: true } },
      priv: { options: { isPublic: false } },
      schema: {
        documentation: "doc of h",
        metadata: { k: "v" },
        input: { jsonSchema: NAME_SCHEMA },
        output: { jsonSchema: { type: "object" } },
      },
    },
  ),
  sketchService({ name: "PrivSvc", kind: "service", options: { ...OPTIONS, isPublic: false } }, { x: {} }),
  sketchService({ name: "Obj", kind: "object" }, { add: { kind: "exclusive" }, get: { kind: "shared" } }),
  sketchService({ name: "Wf", kind: "workflow" }, { run: { kind: "workflow" }, status: { kind: "shared" } }),
];

export const DEPLOYMENT: DeploymentInfo = {
  id: DEPLOYMENT_ID,
  place: { type: "http", uri: "http://127.0.0.1:9080/", useHttp11: false, additionalHeaders: {} },
  bidirectional: true,
  minProtocolVersion: 5,
  maxProtocolVersion: 7,
  sdkVersion: "perdure/0.1.0",
  createdAtMs: Date.UTC(2026, 0, 31, 8, 0, 0, 123),
  metadata: undefined,
  services: SERVICES.map(({ name, revision }) => ({ name, revision })),
};
