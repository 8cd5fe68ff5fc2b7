import type { HandlerInfo, ServiceInfo } from "../registry/service-info.ts";
import { PARAMETERS, RESPONSES, RESTATE_ERROR, TAGS } from "./openapi-components.ts";
import type { Json } from "./service-metadata.ts";

/** OpenAPI 3.1 of one service, as its callers see it at the ingress. */
export function toOpenApi(service: ServiceInfo, ingressUrl: string): Json {
  // A private service is described whole: for those who will see it once it is public.
  const isShown = ({ options }: HandlerInfo): boolean => options.isPublic || !service.options.isPublic;
  const handlers = [...service.handlers.values()].filter(isShown);
  return {
    openapi: "3.1.0",
    info: {
      title: service.name,
      description: service.documentation,
      version: String(service.revision),
      "x-restate-extensions": service.metadata,
    },
    servers: [{ url: ingressUrl, description: "Restate Ingress URL" }],
    paths: Object.assign({}, ...handlers.map((handler) => toPaths(service, handler))),
    components: {
      parameters: PARAMETERS,
      responses: RESPONSES,
      schemas: Object.assign({ RestateError: RESTATE_ERROR }, ...handlers.map(toSchemas)),
    },
    tags: TAGS,
  };
}

function toSchemas({ name, input, output }: HandlerInfo): Json {
  return {
    ...(input.jsonSchema === undefined ? {} : { [`${name}Request`]: input.jsonSchema }),
    ...(output.jsonSchema === undefined ? {} : { [`${name}Response`]: output.jsonSchema }),
  };
}

const parameter = (name: string): Json => ({ $ref: `#/components/parameters/${name}` });
const response = (name: string): Json => ({ $ref: `#/components/responses/${name}` });

function toPaths(service: ServiceInfo, handler: HandlerInfo): Json {
  const isKeyed = service.kind !== "service";
  const target = isKeyed ? `${service.name}/{key}/${handler.name}` : `${service.name}/${handler.name}`;
  const key = isKeyed ? [parameter("key")] : [];
  // The key of a workflow is what makes its requests idempotent.
  const hasIdempotencyKey = service.kind !== "workflow";
  const idempotency = hasIdempotencyKey ? [parameter("idempotencyKeyHeader")] : [];
  return {
    [`/restate/call/${target}`]: { post: toCall(service, handler, [...key, ...idempotency]) },
    [`/restate/send/${target}`]: {
      post: toSend(service, handler, [...key, ...idempotency, parameter("delay")]),
    },
    ...(hasIdempotencyKey
      ? toResultPaths(`/restate/invocation/${target}/{idempotencyKey}`, handler, [
          ...key,
          parameter("idempotencyKeyPath"),
        ])
      : {}),
    ...(handler.kind === "workflow"
      ? toResultPaths(`/restate/workflow/${service.name}/{key}`, handler, key)
      : {}),
  };
}

function toCall(service: ServiceInfo, handler: HandlerInfo, parameters: readonly Json[]): Json {
  return {
    summary: handler.name,
    operationId: handler.name,
    description: handler.documentation ?? `Calls ${service.name}/${handler.name} and waits for its result`,
    "x-restate-extensions": handler.metadata,
    parameters,
    requestBody: toRequestBody(handler),
    responses: { "200": toResult(handler), default: response("GenericError") },
  };
}

function toSend(service: ServiceInfo, handler: HandlerInfo, parameters: readonly Json[]): Json {
  return {
    tags: ["Send"],
    summary: handler.name,
    operationId: `${handler.name}Send`,
    description: handler.documentation ?? `Sends a request to ${service.name}/${handler.name}`,
    "x-restate-extensions": handler.metadata,
    parameters,
    requestBody: toRequestBody(handler),
    responses: { "200": response("Send"), "202": response("Send"), default: response("GenericError") },
  };
}

/** Waiting for a result that was asked for before, and looking for it. */
function toResultPaths(path: string, handler: HandlerInfo, parameters: readonly Json[]): Json {
  const common = { deprecated: true, summary: handler.name, parameters };
  const instead = "Ask POST /restate/lookup for the invocation's id instead, and then";
  return {
    [`${path}/attach`]: {
      get: {
        ...common,
        tags: ["Attach"],
        operationId: `${handler.name}Attach`,
        description: `Waits for the result. ${instead} GET /restate/attach/{invocationId}.`,
        responses: {
          "200": toResult(handler),
          "404": response("InvocationNotFoundError"),
          default: response("GenericError"),
        },
      },
    },
    [`${path}/output`]: {
      get: {
        ...common,
        tags: ["Get Output"],
        operationId: `${handler.name}Output`,
        description: `Looks for the result. ${instead} GET /restate/output/{invocationId}.`,
        responses: {
          "200": toResult(handler),
          "404": response("InvocationNotFoundError"),
          "470": response("InvocationNotReadyError"),
          default: response("GenericError"),
        },
      },
    },
  };
}

function toRequestBody({ name, input }: HandlerInfo): Json | undefined {
  if (input.contentType === undefined) return undefined;
  const schema = input.jsonSchema === undefined ? undefined : `${name}Request`;
  return { required: input.required, content: { [input.contentType]: toMedia(schema) } };
}

function toResult({ name, output }: HandlerInfo): Json {
  if (output.contentType === undefined) return { description: "Empty" };
  const schema = output.jsonSchema === undefined ? undefined : `${name}Response`;
  return { description: "", content: { [output.contentType]: toMedia(schema) } };
}

function toMedia(schema: string | undefined): Json {
  return schema === undefined ? {} : { schema: { $ref: `#/components/schemas/${schema}` } };
}
