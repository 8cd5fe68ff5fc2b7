import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { readBody } from "./body.ts";
import { toHeaders } from "./headers.ts";
import { fromWire, type HttpRequest, type HttpResponse, splitTarget } from "./message.ts";
import { isBodiless } from "./node-http1.ts";

export interface Http2Incoming {
  readonly stream: ServerHttp2Stream;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
}

export function fromHttp2({ stream, headers, rawHeaders }: Http2Incoming, bodyBytesMax: number): HttpRequest {
  const gone = new AbortController();
  stream.once("close", () => {
    // A stream that breaks off counts as finished, too.
    if (!stream.headersSent || !stream.writableFinished) gone.abort();
  });
  return {
    method: headers[":method"] ?? "GET",
    ...splitTarget(fromWire(headers[":path"] ?? "/")),
    headers: toHeaders(rawHeaders),
    signal: gone.signal,
    readBody: () => readBody(stream, bodyBytesMax),
  };
}

export function toHttp2(response: HttpResponse, request: HttpRequest, stream: ServerHttp2Stream): void {
  if (stream.destroyed || stream.closed) return;
  const headers: Record<string, string | number> = { ":status": response.status };
  for (const [name, value] of response.headers) headers[name] = value;
  const withBody = !isBodiless(response.status);
  if (withBody) headers["content-length"] = response.body.length;
  stream.respond(headers);
  stream.end(withBody && request.method !== "HEAD" ? response.body : undefined);
  if (!stream.readableEnded) dropRest(stream);
}

/** How long a client may go on to send a request that has been answered. */
const REST_TIMEOUT_MS = 1_000;

/** Reset at once, a client that still sends would not read the response; never reset, it would send for ever. */
function dropRest(stream: ServerHttp2Stream): void {
  stream.resume();
  const timer = setTimeout(() => stream.close(constants.NGHTTP2_NO_ERROR), REST_TIMEOUT_MS);
  stream.once("close", () => clearTimeout(timer));
}
