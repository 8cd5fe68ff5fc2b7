import { formatDuration } from "../http/duration.ts";
import type { DeploymentInfo, HandlerInfo, OwnOptions, ServiceInfo } from "../registry/service-info.ts";

/** Services and handlers as the admin API shows them. Features 8.5. Durations are in the friendly form. */

export type Json = Readonly<Record<string, unknown>>;

const SERVICE_TYPES = { service: "Service", object: "VirtualObject", workflow: "Workflow" } as const;
const HANDLER_TYPES = {
  service: undefined,
  exclusive: "Exclusive",
  shared: "Shared",
  workflow: "Workflow",
} as const;

export function toServiceType(service: ServiceInfo): string {
  return SERVICE_TYPES[service.kind];
}

export function toServiceMetadata(service: ServiceInfo): Json {
  const { options } = service;
  return {
    name: service.name,
    ty: toServiceType(service),
    handlers: toHandlersMetadata(service),
    documentation: service.documentation,
    metadata: orNothing(service.metadata),
    deployment_id: service.deploymentId,
    revision: service.revision,
    public: options.isPublic,
    idempotency_retention: formatDuration(options.idempotencyRetentionMs),
    workflow_completion_retention:
      service.kind === "workflow" ? formatDuration(toWorkflowRetention(service)) : undefined,
    journal_retention: formatDuration(options.journalRetentionMs),
    inactivity_timeout: formatDuration(options.inactivityTimeoutMs),
    abort_timeout: formatDuration(options.abortTimeoutMs),
    enable_lazy_state: options.enableLazyState,
    retry_policy: toRetryPolicy(options.retryPolicy),
    info: toInfo("service", service.unusedInactivityTimeoutMs),
  };
}

function toWorkflowRetention({ handlers, options }: ServiceInfo): number {
  return (handlers.get("run")?.options ?? options).workflowRetentionMs;
}

export function toHandlersMetadata(service: ServiceInfo): readonly Json[] {
  return [...service.handlers.values()].map((handler) => toHandlerMetadata(handler));
}

/** Of the options those that the handler says itself. */
export function toHandlerMetadata(handler: HandlerInfo): Json {
  const { input, output, options, own = NOTHING_OWN } = handler;
  return {
    name: handler.name,
    ty: HANDLER_TYPES[handler.kind],
    documentation: handler.documentation,
    metadata: orNothing(handler.metadata),
    idempotency_retention: orNoDuration(own.idempotencyRetentionMs),
    journal_retention: orNoDuration(own.journalRetentionMs),
    inactivity_timeout: orNoDuration(own.inactivityTimeoutMs),
    abort_timeout: orNoDuration(own.abortTimeoutMs),
    enable_lazy_state: own.enableLazyState,
    public: options.isPublic,
    input_description: describeInput(handler),
    output_description: describeOutput(handler),
    input_json_schema: input.jsonSchema,
    output_json_schema: output.jsonSchema,
    retry_policy: toRetryPolicy(own.retryPolicy),
    info: toInfo("handler", handler.unusedInactivityTimeoutMs),
  };
}

/** The server's words, also for those who look for its code. */
function toInfo(what: "service" | "handler", unusedInactivityTimeoutMs: number | undefined): unknown {
  if (unusedInactivityTimeoutMs === undefined) return undefined;
  const timeout = formatDuration(unusedInactivityTimeoutMs);
  return [
    {
      code: "RT0021",
      message: `The configured inactivity_timeout ${timeout} will not be applied because the ${what} is exposed in Request/Response mode.`,
    },
  ];
}

const NOTHING_OWN: OwnOptions = { retryPolicy: {} };

function orNoDuration(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : formatDuration(ms);
}

function toRetryPolicy(policy: OwnOptions["retryPolicy"]): Json {
  const { onMaxAttempts } = policy;
  return {
    initial_interval: orNoDuration(policy.initialIntervalMs),
    exponentiation_factor: policy.factor,
    max_attempts: policy.maxAttempts ?? null,
    max_interval: orNoDuration(policy.maxIntervalMs),
    on_max_attempts: onMaxAttempts === undefined ? undefined : onMaxAttempts === "pause" ? "Pause" : "Kill",
  };
}

function describeInput({ input }: HandlerInfo): string {
  if (input.contentType === undefined) return input.required ? "<invalid rules>" : "none";
  return describeSchema(input.jsonSchema) ?? input.contentType;
}

function describeOutput({ output }: HandlerInfo): string {
  if (output.contentType === undefined) return "none";
  const description = describeSchema(output.jsonSchema) ?? output.contentType;
  return output.setContentTypeIfEmpty ? `optional ${description}` : description;
}

function describeSchema(schema: unknown): string | undefined {
  if (typeof schema !== "object" || schema === null) return undefined;
  const { title, type } = schema as Json;
  if (typeof title === "string") return `JSON '${title}'`;
  return typeof type === "string" ? `JSON ${type}` : undefined;
}

/** A deployment without its services. */
export function toDeploymentMetadata(deployment: DeploymentInfo): Json {
  const { place } = deployment;
  const isHttp = place.type === "http";
  return {
    id: deployment.id,
    uri: isHttp ? place.uri : IN_PROCESS_URI,
    protocol_type: deployment.bidirectional ? "BidiStream" : "RequestResponse",
    http_version: isHttp && place.useHttp11 ? "HTTP/1.1" : "HTTP/2.0",
    additional_headers: isHttp ? orNothing(place.additionalHeaders) : undefined,
    metadata: orNothing(deployment.metadata),
  };
}

/** Shown for what runs in this process, since clients expect an address. */
export const IN_PROCESS_URI = "in-process://localhost/";

function orNothing<T extends object>(value: T | undefined): T | undefined {
  return value === undefined || Object.keys(value).length === 0 ? undefined : value;
}
