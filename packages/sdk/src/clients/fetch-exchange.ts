import type { Exchange } from "./transport.ts";

/** Carries requests by `fetch`. The base URL has no slash at its end. */
export function createFetchExchange(baseUrl: string, fetch: typeof globalThis.fetch): Exchange {
  return async ({ method, path, headers, body, signal }) => {
    const response = await fetch(baseUrl + path, {
      method,
      headers: new Headers([...headers]),
      ...(signal === undefined ? {} : { signal }),
      ...(body === undefined ? {} : { body: body as Uint8Array<ArrayBuffer> }),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: new Uint8Array(await response.arrayBuffer()),
    };
  };
}
