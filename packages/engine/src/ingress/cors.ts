import { emptyResponse, type Header, type HttpRequest, type HttpResponse } from "../http/message.ts";

/**
 * Pages of any origin may use the ingress, with credentials. Every OPTIONS
 * request counts as a preflight.
 */

const VARY: Header = ["vary", "origin, access-control-request-method, access-control-request-headers"];
const CREDENTIALS: Header = ["access-control-allow-credentials", "true"];

export function isPreflight(request: HttpRequest): boolean {
  return request.method === "OPTIONS";
}

/** Allows whatever is asked for. */
export function toPreflightResponse({ headers }: HttpRequest): HttpResponse {
  const allowed: Header[] = [CREDENTIALS, VARY];
  const method = headers.get("access-control-request-method");
  if (method !== undefined) allowed.push(["access-control-allow-methods", method]);
  const names = headers.get("access-control-request-headers");
  if (names !== undefined) allowed.push(["access-control-allow-headers", names]);
  return emptyResponse(200, [...allowed, ...toOriginHeaders(headers)]);
}

/** The response as a page may read it. */
export function withCors(response: HttpResponse, { headers }: HttpRequest): HttpResponse {
  return { ...response, headers: [...response.headers, VARY, CREDENTIALS, ...toOriginHeaders(headers)] };
}

function toOriginHeaders(headers: ReadonlyMap<string, string>): Header[] {
  const origin = headers.get("origin");
  return origin === undefined ? [] : [["access-control-allow-origin", origin]];
}
