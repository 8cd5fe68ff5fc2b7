import type { EngineApi, InvokeRequest } from "../engine-api.ts";
import { parseDuration } from "../http/duration.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http/message.ts";
import { queryParameter } from "../http/query.ts";
import { toTimestamp } from "../http/timestamp.ts";
import { toResultResponse } from "./answer.ts";
import { readHeader, toForwardedHeaders } from "./forwarded-headers.ts";
import { IngressError, methodNotAllowed } from "./ingress-error.ts";
import { checkInput } from "./input-rule.ts";
import type { InvokeRoute } from "./path.ts";
import { refuseLimitKey, refuseScope } from "./scope.ts";

/** Calls and sends. */
export async function invoke(
  engine: EngineApi,
  route: InvokeRoute,
  request: HttpRequest,
): Promise<HttpResponse> {
  const invocation = await toInvokeRequest(route, request);
  // Whoever has left was promised nothing yet.
  request.signal?.throwIfAborted();
  if (route.verb === "call") {
    return toResultResponse(await engine.call(invocation, request.signal), engine);
  }
  const { invocationId, status, executeAtMs } = await engine.send(invocation);
  const body = {
    invocationId,
    executionTime: executeAtMs === undefined ? undefined : toTimestamp(executeAtMs),
    status: status === "accepted" ? "Accepted" : "PreviouslyAccepted",
  };
  return jsonResponse(202, body, { after: [["x-restate-id", invocationId]] });
}

/**
 * Everything that a request may be refused for, in the order in which the server
 * this one stands in for checks it: the first problem is the one that is told.
 */
async function toInvokeRequest(route: InvokeRoute, request: HttpRequest): Promise<InvokeRequest> {
  const { service, handler, key, verb } = route;
  if (!handler.options.isPublic) throw new IngressError(400, "the invoked service is not public");
  const idempotencyKey = readHeader(request, "idempotency-key");
  if (idempotencyKey !== undefined && handler.kind === "workflow") {
    throw new IngressError(
      400,
      "cannot use the idempotency key with workflow handlers. " +
        "The handler invocation will already be idempotent by the workflow key itself.",
    );
  }
  refuseScope(route.scope);
  if (request.method !== "POST" && request.method !== "GET") throw methodNotAllowed();
  const body = await request.readBody();
  checkInput(handler.input, readHeader(request, "content-type"), body);
  const delayMs = readDelay(request.query);
  refuseLimitKey(request);
  const headers = toForwardedHeaders(request);
  if (verb === "call" && delayMs !== undefined) {
    throw new IngressError(
      400,
      "cannot use the delay query parameter with calls. The delay is supported only with sends",
    );
  }
  return { service: service.name, handler: handler.name, key, body, headers, idempotencyKey, delayMs };
}

function readDelay(query: string): number | undefined {
  const text = queryParameter(query, "delay");
  if (text === undefined) return undefined;
  const { ms, problem } = parseDuration(text);
  if (problem !== undefined) {
    throw new IngressError(400, `bad delay query parameter, must be a ISO8601 duration: ${problem}`);
  }
  return ms;
}
