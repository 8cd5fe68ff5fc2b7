import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "./body.ts";
import { toHeaders } from "./headers.ts";
import { fromWire, type HttpRequest, type HttpResponse, splitTarget } from "./message.ts";

/** The request, and a signal that is aborted when the connection goes before the response is out. */
export function fromHttp1(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  bodyBytesMax: number,
): HttpRequest {
  const gone = new AbortController();
  outgoing.once("close", () => {
    if (!outgoing.writableFinished) gone.abort();
  });
  return {
    method: incoming.method ?? "GET",
    ...splitTarget(fromWire(incoming.url ?? "/")),
    headers: toHeaders(incoming.rawHeaders),
    signal: gone.signal,
    readBody: () => readBody(incoming, bodyBytesMax),
  };
}

/** Writes the response. The connection ends with it if the request was not read to its end. */
export function toHttp1(response: HttpResponse, incoming: IncomingMessage, outgoing: ServerResponse): void {
  if (outgoing.destroyed) return;
  // The server this face stands in for sends neither of them.
  outgoing.removeHeader("connection");
  if (!incoming.complete) outgoing.shouldKeepAlive = false;
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) outgoing.setHeader(name, value);
  if (!isBodiless(response.status)) outgoing.setHeader("content-length", response.body.length);
  outgoing.end(response.body);
}

/** Statuses with which HTTP allows no body. */
export function isBodiless(status: number): boolean {
  return status === 204 || status === 304;
}
