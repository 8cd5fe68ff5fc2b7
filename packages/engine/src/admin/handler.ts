import type { EngineApi } from "../engine-api.ts";
import type { OnFault } from "../http/face.ts";
import { type HttpHandler, type HttpResponse, jsonResponse } from "../http/message.ts";
import { toErrorResponse } from "./admin-error.ts";
import { batchRoutes } from "./batch.ts";
import { clusterRoutes } from "./cluster.ts";
import { deploymentRoutes } from "./deployments.ts";
import { invocationRoutes } from "./invocations.ts";
import { journalRoutes } from "./journals.ts";
import { previewRoutes } from "./previews.ts";
import { createRouter, type Route } from "./router.ts";
import { serviceRoutes } from "./services.ts";
import { waitingRoutes } from "./waiting.ts";

export interface AdminHandlerOptions {
  readonly engine: EngineApi;
  /** What operators are told. */
  readonly clusterName: string;
  /** Where clients find the ingress, with a slash at the end. */
  readonly ingressUrl: string;
  readonly onFault: OnFault;
}

/** The admin face: what operators and tools ask of the engine. Features 8.5. */
export function createAdminHandler(options: AdminHandlerOptions): HttpHandler {
  const { engine, clusterName, ingressUrl, onFault } = options;
  const routes: Route[] = [
    ...deploymentRoutes(engine),
    ...serviceRoutes(engine, ingressUrl),
    ...invocationRoutes(engine),
    ...journalRoutes(engine),
    ...waitingRoutes(engine),
    ...batchRoutes(engine),
    ...clusterRoutes({ clusterName, ingressUrl }),
  ];
  routes.push({ pattern: "/openapi", methods: { GET: () => jsonResponse(200, describeRoutes(routes)) } });
  const router = createRouter([...routes, ...previewRoutes(engine)]);
  return async (request) => {
    try {
      return withVary(await router(request));
    } catch (error) {
      if (request.signal?.aborted === true) throw error;
      return withVary(toErrorResponse(error, onFault));
    }
  };
}

/** From this size on the server that this one stands in for would compress. */
const VARY_BYTES_MIN = 32;

function withVary(response: HttpResponse): HttpResponse {
  if (response.body.length < VARY_BYTES_MIN) return response;
  return { ...response, headers: [...response.headers, ["vary", "accept-encoding"]] };
}

/** The face's own OpenAPI document: paths and methods, without their bodies. */
function describeRoutes(routes: readonly Route[]): unknown {
  const paths = routes.map(({ pattern, methods }) => {
    const parameters = [...pattern.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: "path",
      required: true,
      schema: { type: "string" },
    }));
    const operations = Object.keys(methods).map((method) => [
      method.toLowerCase(),
      { parameters, responses: { default: { description: "See the documentation of the admin API" } } },
    ]);
    return [pattern, Object.fromEntries(operations)];
  });
  return { openapi: "3.1.0", info: { title: "Admin API", version: "4" }, paths: Object.fromEntries(paths) };
}
