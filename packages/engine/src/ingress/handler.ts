import { type EngineApi, EngineError } from "../engine-api.ts";
import type { OnFault } from "../http/face.ts";
import {
  BodyTooLargeError,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  jsonResponse,
} from "../http/message.ts";
import { toRefusalResponse } from "./answer.ts";
import { completeAwakeable } from "./awakeables.ts";
import { isPreflight, toPreflightResponse, withCors } from "./cors.ts";
import { IngressError, methodNotAllowed } from "./ingress-error.ts";
import { invoke } from "./invoke.ts";
import { parsePath } from "./path.ts";
import { resultByBody, resultById, resultByTarget } from "./results.ts";

/**
 * The ingress: what clients ask of services. Features 8.1.
 *
 * 1. Every response but the one to a preflight says whether a page may read it, and
 *    every refusal says that it is not the invocation's.
 * 2. A client that goes away ends the wait, never the invocation.
 */
export function createIngressHandler(engine: EngineApi, onFault: OnFault): HttpHandler {
  return async (request) => {
    if (isPreflight(request)) return toPreflightResponse(request);
    try {
      return withCors(await route(engine, request), request);
    } catch (error) {
      if (request.signal?.aborted === true) throw error;
      return withCors(toErrorResponse(error, onFault), request);
    }
  };
}

async function route(engine: EngineApi, request: HttpRequest): Promise<HttpResponse> {
  const found = parsePath(request.path, (name) => engine.service(name));
  switch (found.type) {
    case "health":
      if (request.method !== "GET") throw methodNotAllowed();
      return jsonResponse(200, { services: engine.services().map(({ name }) => name) });
    case "invoke":
      return await invoke(engine, found, request);
    case "resultById":
      return await resultById(engine, found, request);
    case "resultByTarget":
      return await resultByTarget(engine, found, request);
    case "byBody":
      return await resultByBody(engine, found.verb, request);
    case "awakeable":
      return await completeAwakeable(engine, found, request);
  }
}

function toErrorResponse(error: unknown, onFault: OnFault): HttpResponse {
  if (error instanceof IngressError || error instanceof EngineError) {
    return toRefusalResponse(error.status, error.message);
  }
  if (error instanceof BodyTooLargeError) {
    return toRefusalResponse(413, "cannot read body: LengthLimitError");
  }
  onFault(error);
  return toRefusalResponse(500, "internal error; the engine's log says more");
}
