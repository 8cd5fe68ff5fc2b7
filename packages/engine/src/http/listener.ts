import {
  createServer as createHttp2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import type { Duplex } from "node:stream";
import { http, NodeListener } from "@perdure/sdk/internal";
import { declaredLength } from "./body.ts";
import { type HttpHandler, type HttpRequest, type HttpResponse, textResponse } from "./message.ts";
import { fromHttp1, toHttp1 } from "./node-http1.ts";
import { fromHttp2, toHttp2 } from "./node-http2.ts";

/** How long a connection may be idle. Generous, because clients are not told and may just be about to use it. */
export const IDLE_TIMEOUT_MS = 600_000;

/** How long requests may still take once the face closes. */
export const CLOSE_GRACE_MS = 1_000;

export interface ListenerOptions {
  readonly handler: HttpHandler;
  readonly bodyBytesMax: number;
  /** Told of what went wrong and was nobody's answer. */
  readonly onFault: (error: unknown) => void;
}

/**
 * Serves HTTP/1.1 and HTTP/2 (by prior knowledge) in clear text on one port.
 *
 * 1. A request whose stated length is over the limit is refused before anything
 *    else looks at it.
 * 2. A handler's rejection becomes a bare 500, unless the client has gone.
 */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #listener: NodeListener;

  constructor(options: ListenerOptions) {
    this.#options = options;
    const { bodyBytesMax, onFault } = options;
    const http1 = http.createServer({ requireHostHeader: false, keepAliveTimeout: IDLE_TIMEOUT_MS });
    http1.on("request", (incoming, outgoing) => {
      const request = fromHttp1(incoming, outgoing, bodyBytesMax);
      void this.#answer(request, (response) => {
        if (this.#listener.isClosing) outgoing.shouldKeepAlive = false;
        toHttp1(response, incoming, outgoing);
      });
    });
    http1.on("clientError", refuseMalformed);
    const http2 = createHttp2Server();
    // The types leave out the fourth argument.
    http2.on("stream", this.#onStream as (stream: ServerHttp2Stream) => void);
    this.#listener = new NodeListener({ http1, http2, silenceTimeoutMs: IDLE_TIMEOUT_MS, onFault });
  }

  readonly #onStream = (
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    _flags: number,
    rawHeaders: readonly string[],
  ): void => {
    stream.on("error", () => stream.destroy());
    const request = fromHttp2({ stream, headers, rawHeaders }, this.#options.bodyBytesMax);
    void this.#answer(request, (response) => toHttp2(response, request, stream));
  };

  /** Resolves with the port. Rejects if it cannot be had. */
  listen(port: number, hostname: string): Promise<number> {
    return this.#listener.listen(port, hostname);
  }

  /** Takes nothing new, lets what runs end within the grace, then drops it. May be called twice. */
  close(): Promise<void> {
    return this.#listener.close({ graceMs: CLOSE_GRACE_MS });
  }

  async #answer(request: HttpRequest, respond: (response: HttpResponse) => void): Promise<void> {
    let response: HttpResponse;
    try {
      const length = declaredLength(request.headers);
      response =
        length !== undefined && length > this.#options.bodyBytesMax
          ? textResponse(413, "length limit exceeded")
          : await this.#options.handler(request);
    } catch (error) {
      if (request.signal?.aborted === true) return;
      this.#options.onFault(error);
      response = textResponse(500, "internal error");
    }
    if (request.signal?.aborted === true) return;
    try {
      respond(response);
    } catch (error) {
      this.#options.onFault(error);
    }
  }
}

/** What is no HTTP at all is answered and dropped. */
function refuseMalformed(error: Error & { code?: string }, socket: Duplex): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const status =
    error.code === "HPE_HEADER_OVERFLOW" ? "431 Request Header Fields Too Large" : "400 Bad Request";
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
