import type { IncomingMessage } from "node:http";
import { type ClientHttp2Session, connect as connect2, constants } from "node:http2";
import { request as requestTls1 } from "node:https";
import { isIP } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { http } from "@perdure/sdk/internal";

/** The most bytes of a manifest. */
export const MANIFEST_BYTES_MAX: number = 16 * 1024 * 1024;

/** How long one discovery request may take. */
export const DISCOVERY_TIMEOUT_MS = 10_000;

export interface DiscoveryRequest {
  /** The whole address, path included. */
  readonly url: URL;
  readonly useHttp11: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface DiscoveryResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
  readonly httpVersion: "1.0" | "1.1" | "2";
}

/**
 * One GET on a connection of its own. In clear text it speaks HTTP/2 by prior
 * knowledge unless it is told to use HTTP/1.1; over TLS what the other side takes.
 */
export async function requestDiscovery(request: DiscoveryRequest): Promise<DiscoveryResponse> {
  const signal = AbortSignal.timeout(request.timeoutMs);
  if (request.url.protocol === "http:") {
    return request.useHttp11 ? overHttp1(request, signal) : overHttp2(request, signal);
  }
  const socket = await connectSecure(request, signal);
  return socket.alpnProtocol === "h2"
    ? overHttp2(request, signal, socket)
    : overHttp1(request, signal, socket);
}

function connectSecure({ url, useHttp11 }: DiscoveryRequest, signal: AbortSignal): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const ALPNProtocols = useHttp11 ? ["http/1.1"] : ["h2", "http/1.1"];
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const socket = connectTls(
      { host, port: Number(url.port || 443), ...(isIP(host) === 0 && { servername: host }), ALPNProtocols },
      () => {
        signal.removeEventListener("abort", abort);
        resolve(socket);
      },
    );
    const abort = (): void => void socket.destroy(toError(signal.reason));
    signal.addEventListener("abort", abort);
    socket.once("error", reject);
  });
}

function overHttp1(
  request: DiscoveryRequest,
  signal: AbortSignal,
  socket?: TLSSocket,
): Promise<DiscoveryResponse> {
  const { url, headers } = request;
  return new Promise((resolve, reject) => {
    const send = url.protocol === "http:" ? http.request : requestTls1;
    const outgoing = send(url, {
      headers,
      signal,
      agent: false,
      ...(socket !== undefined && { createConnection: () => socket }),
    });
    outgoing.on("error", reject);
    outgoing.on("response", (response: IncomingMessage) => {
      collect(response).then(
        (body) => {
          const httpVersion = response.httpVersion === "1.0" ? "1.0" : "1.1";
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body, httpVersion });
        },
        (error: unknown) => {
          outgoing.destroy();
          reject(error);
        },
      );
    });
    outgoing.end();
  });
}

async function overHttp2(
  request: DiscoveryRequest,
  signal: AbortSignal,
  socket?: TLSSocket,
): Promise<DiscoveryResponse> {
  const { origin } = request.url;
  const session = connect2(origin, socket === undefined ? {} : { createConnection: () => socket });
  try {
    return await exchange(session, request, signal);
  } finally {
    session.destroy();
  }
}

function exchange(
  session: ClientHttp2Session,
  { url, headers }: DiscoveryRequest,
  signal: AbortSignal,
): Promise<DiscoveryResponse> {
  return new Promise((resolve, reject) => {
    session.on("error", reject);
    session.on("close", () => reject(new Error("The connection was closed")));
    const stream = session.request(
      { [constants.HTTP2_HEADER_METHOD]: "GET", [constants.HTTP2_HEADER_PATH]: url.pathname, ...headers },
      { signal, endStream: true },
    );
    stream.on("error", reject);
    stream.on("response", (received) => {
      collect(stream).then((body) => {
        const status = Number(received[constants.HTTP2_HEADER_STATUS] ?? 0);
        resolve({ status, headers: received, body, httpVersion: "2" });
      }, reject);
    });
  });
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MANIFEST_BYTES_MAX) {
      throw new Error(`The answer has more than the ${MANIFEST_BYTES_MAX} bytes that a manifest may have`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
