import type { BoundEndpoint, BoundHandler, BoundService } from "../definition/bound.ts";
import { type Duration, toMillis } from "../definition/duration.ts";
import type { RetryPolicy, ServiceOptions } from "../definition/options.ts";
import type {
  Manifest,
  ManifestHandler,
  ManifestInput,
  ManifestOptions,
  ManifestOutput,
  ManifestService,
} from "../protocol/manifest.ts";
import { PROTOCOL_VERSION_MAX, PROTOCOL_VERSION_MIN } from "../protocol/versions.ts";
import { previewMetadata } from "./serdes-preview.ts";

/**
 * What an endpoint tells the server about its services. Owns: which option
 * becomes which field. Does not own: which version has which field and which
 * values are valid, see `protocol/manifest.ts`.
 */

export interface TransportFacts {
  readonly bidirectional: boolean;
  /** Set if the transport can take compressed requests; only Lambda says so. */
  readonly lambdaCompression?: "zstd" | undefined;
}

export function toManifest(endpoint: BoundEndpoint, transport: TransportFacts): Manifest {
  return {
    protocolMode: transport.bidirectional ? "BIDI_STREAM" : "REQUEST_RESPONSE",
    minProtocolVersion: PROTOCOL_VERSION_MIN,
    maxProtocolVersion: PROTOCOL_VERSION_MAX,
    lambdaCompression: transport.lambdaCompression,
    services: [...endpoint.services.values()].map(toManifestService),
  };
}

const SERVICE_TYPES = { service: "SERVICE", object: "VIRTUAL_OBJECT", workflow: "WORKFLOW" } as const;

const HANDLER_TYPES = {
  service: undefined,
  exclusive: "EXCLUSIVE",
  shared: "SHARED",
  workflow: "WORKFLOW",
} as const;

function toManifestService(service: BoundService): ManifestService {
  const handlers = [...service.handlers.values()];
  return {
    name: service.name,
    ty: SERVICE_TYPES[service.kind],
    handlers: handlers.map((handler) => toManifestHandler(service, handler)),
    documentation: service.description,
    metadata: mergeMetadata(service.metadata, previewMetadata(handlers)),
    ...toOptions(service.options),
  };
}

function toManifestHandler(service: BoundService, handler: BoundHandler): ManifestHandler {
  const { workflowRetention } = service.options;
  return {
    name: handler.name,
    ty: HANDLER_TYPES[handler.kind],
    input: toInput(handler),
    output: toOutput(handler),
    documentation: handler.options.description,
    metadata: handler.options.metadata,
    workflowCompletionRetention: handler.kind === "workflow" ? toWholeMillis(workflowRetention) : undefined,
    ...toOptions(handler.options),
  };
}

/** Without content type and schema no body is expected: that is what a void serde says. */
function toInput(handler: BoundHandler): ManifestInput {
  const { jsonSchema } = handler.input;
  const contentType = handler.options.accept ?? handler.input.contentType;
  if (contentType === undefined && jsonSchema === undefined) return {};
  return { required: false, contentType, jsonSchema };
}

function toOutput(handler: BoundHandler): ManifestOutput {
  const { jsonSchema } = handler.output;
  const contentType =
    handler.output.contentType ?? (jsonSchema === undefined ? undefined : "application/json");
  const setContentTypeIfEmpty = handler.options.setOutputContentTypeIfEmpty ?? false;
  return { setContentTypeIfEmpty, contentType, jsonSchema };
}

/** What services and handlers have in common. */
function toOptions(
  options: ServiceOptions & { readonly enableLazyState?: boolean | undefined },
): ManifestOptions {
  return {
    inactivityTimeout: toWholeMillis(options.inactivityTimeout),
    abortTimeout: toWholeMillis(options.abortTimeout),
    journalRetention: toWholeMillis(options.journalRetention),
    idempotencyRetention: toWholeMillis(options.idempotencyRetention),
    enableLazyState: options.enableLazyState,
    ingressPrivate: options.ingressPrivate,
    ...toRetryPolicy(options.retryPolicy),
  };
}

function toRetryPolicy(policy: RetryPolicy | undefined): ManifestOptions {
  if (policy === undefined) return {};
  const { onMaxAttempts } = policy;
  return {
    retryPolicyInitialInterval: toWholeMillis(policy.initialInterval),
    retryPolicyMaxInterval: toWholeMillis(policy.maxInterval),
    retryPolicyMaxAttempts: policy.maxAttempts,
    retryPolicyExponentiationFactor: policy.exponentiationFactor,
    retryPolicyOnMaxAttempts:
      onMaxAttempts === undefined ? undefined : onMaxAttempts === "pause" ? "PAUSE" : "KILL",
  };
}

/** The server takes whole milliseconds only. */
function toWholeMillis(duration: Duration | number | undefined): number | undefined {
  return duration === undefined ? undefined : Math.round(toMillis(duration));
}

function mergeMetadata(
  own: Readonly<Record<string, string>> | undefined,
  preview: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> | undefined {
  return own === undefined && preview === undefined ? undefined : { ...own, ...preview };
}
