import { formatDuration } from "../http/duration.ts";
import type {
  DeploymentInfo,
  EffectiveOptions,
  HandlerInfo,
  RetryPolicyInfo,
  ServiceInfo,
} from "../registry/service-info.ts";

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
  };
}

function toWorkflowRetention({ handlers, options }: ServiceInfo): number {
  return (handlers.get("run")?.options ?? options).workflowRetentionMs;
}

export function toHandlersMetadata(service: ServiceInfo): readonly Json[] {
  return [...service.handlers.values()].map((handler) => toHandlerMetadata(handler, service));
}

/** Options are shown where the handler differs from its service. */
export function toHandlerMetadata(handler: HandlerInfo, service: ServiceInfo): Json {
  const { input, output, options } = handler;
  return {
    name: handler.name,
    ty: HANDLER_TYPES[handler.kind],
    documentation: handler.documentation,
    metadata: orNothing(handler.metadata),
    ...toDifferences(options, service.options),
    public: options.isPublic,
    input_description: describeInput(handler),
    output_description: describeOutput(handler),
    input_json_schema: input.jsonSchema,
    output_json_schema: output.jsonSchema,
    retry_policy: isSamePolicy(options.retryPolicy, service.options.retryPolicy)
      ? { max_attempts: null }
      : toRetryPolicy(options.retryPolicy),
  };
}

function toDifferences(own: EffectiveOptions, service: EffectiveOptions): Json {
  const duration = (
    name: "idempotencyRetentionMs" | "journalRetentionMs" | TimeoutName,
  ): string | undefined => (own[name] === service[name] ? undefined : formatDuration(own[name]));
  return {
    idempotency_retention: duration("idempotencyRetentionMs"),
    journal_retention: duration("journalRetentionMs"),
    inactivity_timeout: duration("inactivityTimeoutMs"),
    abort_timeout: duration("abortTimeoutMs"),
    enable_lazy_state: own.enableLazyState === service.enableLazyState ? undefined : own.enableLazyState,
  };
}

type TimeoutName = "inactivityTimeoutMs" | "abortTimeoutMs";

function isSamePolicy(one: RetryPolicyInfo, other: RetryPolicyInfo): boolean {
  return JSON.stringify(toRetryPolicy(one)) === JSON.stringify(toRetryPolicy(other));
}

function toRetryPolicy(policy: RetryPolicyInfo): Json {
  return {
    initial_interval: formatDuration(policy.initialIntervalMs),
    exponentiation_factor: policy.factor,
    max_attempts: policy.maxAttempts ?? null,
    max_interval: formatDuration(policy.maxIntervalMs),
    on_max_attempts: policy.onMaxAttempts === "pause" ? "Pause" : "Kill",
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
