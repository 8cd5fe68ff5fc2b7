import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { Readable } from "node:stream";

type Incoming = IncomingMessage | Http2ServerRequest;
type Outgoing = ServerResponse | Http2ServerResponse;

/** What this runtime passes beside the request. */
export const EXTRA_ARGUMENTS: readonly unknown[] = [{ region: "test" }, 42];

export type NodeListener = (incoming: Incoming, outgoing: Outgoing) => void;

/** Serves a fetch handler by Node's servers, HTTP/1 and HTTP/2, as a runtime of that kind would. */
export function toNodeListener(handler: (request: Request) => Promise<Response>): NodeListener {
  return (incoming, outgoing) => {
    void answer(handler, incoming, outgoing).catch(() => outgoing.destroy());
  };
}

async function answer(
  handler: (request: Request) => Promise<Response>,
  incoming: Incoming,
  outgoing: Outgoing,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  const response = await handler(toRequest(incoming, gone.signal));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if ("flushHeaders" in outgoing) outgoing.flushHeaders();
  const reader = response.body?.getReader();
  if (reader !== undefined) {
    gone.signal.addEventListener("abort", () => void reader.cancel().catch(() => {}));
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      (outgoing as ServerResponse).write(read.value);
    }
  }
  outgoing.end();
}

function toRequest(incoming: Incoming, signal: AbortSignal): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (name.startsWith(":")) continue;
    for (const one of Array.isArray(value) ? value : [value ?? ""]) headers.append(name, one);
  }
  const method = incoming.method ?? "GET";
  const host = incoming.headers.host ?? incoming.headers[":authority"] ?? "localhost";
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(`http://${String(host)}${incoming.url}`, {
    method,
    headers,
    signal,
    ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream, duplex: "half" }),
  } as RequestInit);
}
