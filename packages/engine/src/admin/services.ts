import type { EngineApi, ServicePatch } from "../engine-api.ts";
import { parseDuration } from "../http/duration.ts";
import { emptyResponse, type HttpResponse, jsonResponse } from "../http/message.ts";
import type { ServiceInfo } from "../registry/service-info.ts";
import { AdminError, notFound } from "./admin-error.ts";
import { type JsonBody, readJsonBody, wrongShape } from "./json-body.ts";
import { toOpenApi } from "./openapi.ts";
import type { Route, RouteContext } from "./router.ts";
import {
  toHandlerMetadata,
  toHandlersMetadata,
  toServiceMetadata,
  toServiceType,
} from "./service-metadata.ts";

export function serviceRoutes(engine: EngineApi, ingressUrl: string): readonly Route[] {
  const find = ({ params }: RouteContext): ServiceInfo => {
    const service = engine.service(params.service as string);
    if (service === undefined) throw notFound(`service '${params.service}'`);
    return service;
  };
  return [
    {
      pattern: "/services",
      methods: { GET: () => jsonResponse(200, { services: engine.services().map(toServiceMetadata) }) },
    },
    {
      pattern: "/services/{service}",
      methods: {
        GET: (context) => jsonResponse(200, toServiceMetadata(find(context))),
        PATCH: (context) => patch(engine, context),
      },
    },
    {
      pattern: "/services/{service}/handlers",
      methods: { GET: (context) => jsonResponse(200, { handlers: toHandlersMetadata(find(context)) }) },
    },
    {
      pattern: "/services/{service}/handlers/{handler}",
      methods: {
        GET: ({ params }) => {
          const service = engine.service(params.service as string);
          const handler = service?.handlers.get(params.handler as string);
          if (service === undefined || handler === undefined) {
            throw notFound(`handler '${params.handler}' on service '${params.service}'`);
          }
          return jsonResponse(200, toHandlerMetadata(handler));
        },
      },
    },
    {
      pattern: "/services/{service}/openapi",
      methods: { GET: (context) => jsonResponse(200, toOpenApi(find(context), ingressUrl)) },
    },
    {
      pattern: "/services/{service}/state",
      methods: { POST: (context) => editState(engine, context) },
    },
  ];
}

async function patch(engine: EngineApi, { request, params }: RouteContext): Promise<HttpResponse> {
  const body = await readJsonBody(request);
  const change: ServicePatch = {
    public: body.optionalBoolean("public"),
    idempotencyRetentionMs: readDuration(body, "idempotency_retention"),
    workflowRetentionMs: readDuration(body, "workflow_completion_retention"),
    journalRetentionMs: readDuration(body, "journal_retention"),
    inactivityTimeoutMs: readDuration(body, "inactivity_timeout"),
    abortTimeoutMs: readDuration(body, "abort_timeout"),
  };
  const name = params.service as string;
  const service = engine.service(name);
  const changesNothing = Object.values(change).every((value) => value === undefined);
  if (service === undefined) {
    if (changesNothing) throw notFound(`service '${name}'`);
    throw new AdminError(404, `not found in the schema registry: service with name '${name}'`);
  }
  if (changesNothing) return jsonResponse(200, toServiceMetadata(service));
  if (change.workflowRetentionMs !== undefined && service.kind !== "workflow") {
    throw new AdminError(
      400,
      `modifying retention time for service type ${toServiceType(service)} is unsupported`,
    );
  }
  return jsonResponse(200, toServiceMetadata(await engine.patchService(name, change)));
}

function readDuration(body: JsonBody, name: string): number | undefined {
  const text = body.optionalText(name);
  if (text === undefined) return undefined;
  const { ms, problem } = parseDuration(text);
  if (problem !== undefined) throw wrongShape(`${name}: ${problem}`);
  return ms;
}

/** Accepted as soon as it is understood: what an unknown service or another version makes of it shows later. */
async function editState(engine: EngineApi, { request, params }: RouteContext): Promise<HttpResponse> {
  const body = await readJsonBody(request);
  const key = body.text("object_key");
  const state = new Map(
    Object.entries(body.object("new_state")).map(([name, value]) => [name, toBytes(name, value)] as const),
  );
  const version = body.optionalText("version");
  if (body.optionalText("scope") !== undefined) {
    throw new AdminError(400, "Scoped state requires vqueues to be enabled");
  }
  const service = engine.service(params.service as string);
  if (service === undefined) return emptyResponse(202);
  if (service.kind === "service") {
    throw new AdminError(400, `Cannot modify state for service type ${toServiceType(service)}`);
  }
  await engine.editState({
    service: service.name,
    key,
    state,
    ...(version === undefined ? {} : { version }),
  });
  return emptyResponse(202);
}

/** A list of bytes, or a text for its UTF-8. */
function toBytes(name: string, value: unknown): Uint8Array {
  if (typeof value === "string") return new TextEncoder().encode(value);
  if (!Array.isArray(value)) throw wrongShape(`new_state.${name}: expected a list of bytes`);
  const wrong = value.findIndex((byte) => !Number.isInteger(byte) || byte < 0 || byte > 255);
  if (wrong >= 0) throw wrongShape(`new_state.${name}[${wrong}]: expected a number from 0 to 255`);
  return Uint8Array.from(value as number[]);
}
