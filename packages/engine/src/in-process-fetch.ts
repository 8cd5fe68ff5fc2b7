import type { EngineApi } from "./engine-api.ts";
import type { HttpRequest } from "./http/message.ts";
import { createIngressHandler } from "./ingress/handler.ts";

/** The address by which a client names an engine of its own process. Nothing listens there. */
export const IN_PROCESS_URL = "http://engine.invalid";

/**
 * A `fetch` that asks the engine of this process, through the same face as every
 * other client, but without a socket.
 */
export function createFetch(engine: EngineApi): typeof fetch {
  const handler = createIngressHandler(engine, (error) => {
    throw error;
  });
  return async (input, init) => {
    const request = new Request(input, init);
    const { status, headers, body } = await handler(toHttpRequest(request));
    const isBodiless = status === 204 || status === 304;
    return new Response(isBodiless ? null : new Uint8Array(body), {
      status,
      headers: headers.map(([name, value]): [string, string] => [name, value]),
    });
  };
}

function toHttpRequest(request: Request): HttpRequest {
  const { pathname, search } = new URL(request.url);
  return {
    method: request.method,
    target: pathname + search,
    path: pathname,
    query: search.replace(/^\?/, ""),
    headers: new Map(request.headers),
    signal: request.signal,
    readBody: async () => new Uint8Array(await request.arrayBuffer()),
  };
}
