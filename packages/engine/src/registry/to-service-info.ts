import type {
  HandlerKind,
  ManifestHandler,
  ManifestInput,
  ManifestOutput,
  ManifestService,
  ServiceKind,
} from "@perdure/sdk/internal";
import type { ServicePatch } from "../engine-api.ts";
import { toEffectiveOptions, toOwnOptions } from "./effective-options.ts";
import type { EngineDefaults } from "./engine-defaults.ts";
import type { HandlerInfo, InputRule, OutputRule, ServiceInfo } from "./service-info.ts";

/** From a manifest's service to what the engine goes by. Protocol section 1.2 has the defaults. */
export function toServiceInfo(
  service: ManifestService,
  context: {
    readonly deploymentId: string;
    readonly bidirectional: boolean;
    readonly revision: number;
    readonly defaults: EngineDefaults;
    readonly patch: ServicePatch;
  },
): ServiceInfo {
  const { defaults, patch, bidirectional } = context;
  const layers = { defaults, patch, bidirectional, service };
  const unused = (inactivityTimeoutMs: number | undefined): number | undefined =>
    bidirectional ? undefined : inactivityTimeoutMs;
  return {
    name: service.name,
    kind: toServiceKind(service.ty),
    deploymentId: context.deploymentId,
    revision: context.revision,
    options: toEffectiveOptions({ ...layers, handler: undefined }),
    unusedInactivityTimeoutMs: unused(patch.inactivityTimeoutMs ?? service.inactivityTimeout),
    documentation: service.documentation,
    metadata: service.metadata,
    handlers: new Map(
      service.handlers.map((handler): [string, HandlerInfo] => [
        handler.name,
        {
          name: handler.name,
          kind: toHandlerKind(service.ty, handler),
          input: toInputRule(handler.input),
          output: toOutputRule(handler.output),
          options: toEffectiveOptions({ ...layers, handler }),
          own: toOwnOptions(handler, bidirectional),
          unusedInactivityTimeoutMs: unused(handler.inactivityTimeout),
          documentation: handler.documentation,
          metadata: handler.metadata,
        },
      ]),
    ),
  };
}

const SERVICE_KINDS: Readonly<Record<ManifestService["ty"], ServiceKind>> = {
  SERVICE: "service",
  VIRTUAL_OBJECT: "object",
  WORKFLOW: "workflow",
};

export function toServiceKind(type: ManifestService["ty"]): ServiceKind {
  return SERVICE_KINDS[type];
}

function toHandlerKind(serviceType: ManifestService["ty"], handler: ManifestHandler): HandlerKind {
  if (serviceType === "SERVICE") return "service";
  if (handler.ty === "SHARED") return "shared";
  return serviceType === "WORKFLOW" ? "workflow" : "exclusive";
}

const JSON_CONTENT_TYPE = "application/json";

/** A handler that says nothing of its input takes everything; one that says `{}` takes nothing. */
function toInputRule(input: ManifestInput | undefined): InputRule {
  if (input === undefined) return { required: false, contentType: "*/*", jsonSchema: undefined };
  const { required = false, jsonSchema } = input;
  return { required, contentType: input.contentType ?? jsonContentType(jsonSchema), jsonSchema };
}

function toOutputRule(output: ManifestOutput | undefined): OutputRule {
  if (output === undefined) {
    return { contentType: JSON_CONTENT_TYPE, setContentTypeIfEmpty: false, jsonSchema: undefined };
  }
  const { setContentTypeIfEmpty = false, jsonSchema } = output;
  return {
    contentType: output.contentType ?? jsonContentType(jsonSchema),
    setContentTypeIfEmpty,
    jsonSchema,
  };
}

function jsonContentType(jsonSchema: unknown): string | undefined {
  return jsonSchema === undefined ? undefined : JSON_CONTENT_TYPE;
}
