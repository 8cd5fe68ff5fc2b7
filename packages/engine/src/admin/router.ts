import type { HttpRequest, HttpResponse } from "../http/message.ts";
import { BareRefusal, MalformedRequestError } from "./admin-error.ts";

/**
 * Finds what a path of the admin face means. Patterns are compared segment by
 * segment; `{name}` takes any one that is not empty.
 */

export interface RouteContext {
  readonly request: HttpRequest;
  /** What the pattern's names stand for, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The version that the path's prefix asks for. */
  readonly apiVersion: number;
}

export type RouteHandler = (context: RouteContext) => Promise<HttpResponse> | HttpResponse;

export interface Route {
  readonly pattern: string;
  /** By method; GET answers HEAD too. Refusals list them in this order. */
  readonly methods: Readonly<Record<string, RouteHandler>>;
}

export const ADMIN_API_VERSION_MIN = 2;
export const ADMIN_API_VERSION_MAX = 4;

export type Router = (request: HttpRequest) => Promise<HttpResponse>;

export function createRouter(routes: readonly Route[]): Router {
  const parsed = routes.map((route) => ({ ...route, segments: route.pattern.split("/") }));
  return async (request) => {
    const { path, apiVersion } = takeVersion(request.path);
    const segments = path.split("/");
    for (const route of parsed) {
      const params = match(route.segments, segments);
      if (params === undefined) continue;
      const handler = findMethod(route, request.method);
      return await handler({ request, params: decodeParams(params), apiVersion });
    }
    throw new BareRefusal(404);
  };
}

/** Takes `/v3` and the like off; a path without one gets the newest version. */
function takeVersion(path: string): { readonly path: string; readonly apiVersion: number } {
  const prefix = /^\/v(\d+)(?=\/)/.exec(path);
  if (prefix === null) return { path, apiVersion: ADMIN_API_VERSION_MAX };
  const apiVersion = Number(prefix[1]);
  if (apiVersion < ADMIN_API_VERSION_MIN) {
    throw new MalformedRequestError(
      400,
      `Unsupported Admin API version V${apiVersion}. ` +
        `This server supports versions between V${ADMIN_API_VERSION_MIN} and V${ADMIN_API_VERSION_MAX}.`,
    );
  }
  if (apiVersion > ADMIN_API_VERSION_MAX) throw new BareRefusal(404);
  return { path: path.slice(prefix[0].length), apiVersion };
}

function match(
  pattern: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index] as string;
    if (expected.startsWith("{")) {
      if (segment === "") return undefined;
      params[expected.slice(1, -1)] = segment;
    } else if (segment !== expected) {
      return undefined;
    }
  }
  return params;
}

function findMethod(route: Route, method: string): RouteHandler {
  const handler = route.methods[method === "HEAD" ? "GET" : method];
  if (handler !== undefined) return handler;
  const allowed = Object.keys(route.methods).map((name) => (name === "GET" ? "GET,HEAD" : name));
  throw new BareRefusal(405, [["allow", allowed.join(",")]]);
}

function decodeParams(params: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  try {
    return Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]),
    );
  } catch {
    throw new MalformedRequestError(400, "Invalid URL: it has a percent sign that begins no UTF-8 character");
  }
}
