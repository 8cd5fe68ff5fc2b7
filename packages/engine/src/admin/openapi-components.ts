import type { Json } from "./service-metadata.ts";

/** The parts that the OpenAPI documents of all services share. */

export const RESTATE_ERROR: Json = {
  title: "RestateError",
  description: "Why a request failed.",
  type: "object",
  properties: {
    code: { type: "number", title: "error code" },
    message: { type: "string", title: "Error message" },
    metadata: { type: "object", title: "Additional metadata map", additionalProperties: { type: "string" } },
    source: {
      type: "string",
      title: "Error source",
      description:
        "`ingress`: the request was refused, and the status has its usual meaning. " +
        "`invocation`: the handler ended with this error, and the status is the error's code. " +
        "The header x-restate-error-source says the same.",
      enum: ["ingress", "invocation"],
    },
    stacktrace: { type: "string", title: "Stacktrace of the error" },
  },
  required: ["message", "source"],
  additionalProperties: false,
};

const SEND_RESPONSE: Json = {
  title: "RestateSendResponse",
  type: "object",
  properties: {
    invocationId: { type: "string" },
    status: { type: "string", enum: ["Accepted", "PreviouslyAccepted"] },
    executionTime: {
      type: "string",
      format: "date-time",
      description: "When the invocation starts, if it was delayed.",
    },
  },
  required: ["invocationId", "status"],
  additionalProperties: false,
};

export const PARAMETERS: Json = {
  key: { name: "key", in: "path", required: true, schema: { type: "string" } },
  delay: {
    name: "delay",
    in: "query",
    required: false,
    description: "How long to wait before the invocation starts, for example 10s or PT10S.",
    example: "10s",
    schema: { type: "string" },
  },
  idempotencyKeyHeader: {
    name: "idempotency-key",
    in: "header",
    required: false,
    description: "Requests with the same key are one invocation and get its result.",
    schema: { type: "string" },
  },
  idempotencyKeyPath: {
    name: "idempotencyKey",
    in: "path",
    required: true,
    description: "The idempotency key of the original request.",
    schema: { type: "string" },
  },
};

export const RESPONSES: Json = {
  GenericError: errorResponse("An error", {
    code: 500,
    message: "Internal server error",
    source: "invocation",
  }),
  InvocationNotFoundError: errorResponse("There is no such invocation", {
    message: "invocation not found",
    source: "ingress",
  }),
  InvocationNotReadyError: errorResponse("The invocation has not ended yet", {
    message: "the invocation exists but has not completed yet",
    source: "ingress",
  }),
  Send: {
    description: "The invocation was accepted",
    content: {
      "application/json": {
        schema: SEND_RESPONSE,
        example: { invocationId: "inv_1gdJBtdVEcM942bjcDmb1c1khoaJe11Hbz", status: "Accepted" },
      },
    },
  },
};

function errorResponse(description: string, example: Json): Json {
  return {
    description,
    content: { "application/json": { schema: { $ref: "#/components/schemas/RestateError" }, example } },
  };
}

export const TAGS: readonly Json[] = [
  { name: "Request Response", description: "Calls a handler and waits for its result" },
  { name: "Send", description: "Hands a request over without waiting for its result" },
  { name: "Attach", description: "Waits for the result of an invocation" },
  { name: "Get Output", description: "Looks for the result of an invocation" },
];
