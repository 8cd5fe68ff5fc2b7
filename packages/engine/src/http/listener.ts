import { createServer as createHttp1Server, type Server as Http1Server } from "node:http";
import {
  createServer as createHttp2Server,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import { createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { declaredLength } from "./body.ts";
import { type HttpHandler, type HttpRequest, type HttpResponse, textResponse } from "./message.ts";
import { fromHttp1, toHttp1 } from "./node-http1.ts";
import { fromHttp2, toHttp2 } from "./node-http2.ts";

/** How long a connection may be idle. Generous, because clients are not told and may just be about to use it. */
export const IDLE_TIMEOUT_MS = 600_000;

/** How long requests may still take once the face closes. */
export const CLOSE_GRACE_MS = 1_000;

/** HTTP/2's connection preface begins with it, and no HTTP/1 request does. */
const PREFACE_START = "PRI ";

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
  readonly #server: Server;
  readonly #http1: Http1Server;
  readonly #http2: Http2Server;
  readonly #sockets = new Set<Socket>();
  readonly #undecided = new Set<Socket>();
  readonly #sessions = new Set<ServerHttp2Session>();
  #closing: Promise<void> | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
    const { bodyBytesMax } = options;
    this.#http1 = createHttp1Server({ requireHostHeader: false, keepAliveTimeout: IDLE_TIMEOUT_MS });
    this.#http1.on("request", (incoming, outgoing) => {
      const request = fromHttp1(incoming, outgoing, bodyBytesMax);
      void this.#answer(request, (response) => {
        if (this.#closing !== undefined) outgoing.shouldKeepAlive = false;
        toHttp1(response, incoming, outgoing);
      });
    });
    this.#http1.on("clientError", refuseMalformed);
    this.#http2 = createHttp2Server();
    // The types leave out the fourth argument.
    this.#http2.on("stream", this.#onStream as (stream: ServerHttp2Stream) => void);
    this.#http2.on("session", (session) => this.#trackSession(session));
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
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
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, hostname, () => {
        this.#server.off("error", reject);
        this.#server.on("error", this.#options.onFault);
        // Starts the watch over its connections' timeouts.
        this.#http1.emit("listening");
        const address = this.#server.address();
        resolve(typeof address === "object" && address !== null ? address.port : port);
      });
    });
  }

  /** Takes nothing new, lets what runs end within the grace, then drops it. May be called twice. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#undecided) socket.destroy();
    for (const session of this.#sessions) session.close();
    this.#http1.closeIdleConnections();
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, CLOSE_GRACE_MS);
    await closed;
    clearTimeout(timer);
    this.#http1.close();
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
      if (request.signal.aborted) return;
      this.#options.onFault(error);
      response = textResponse(500, "internal error");
    }
    if (request.signal.aborted) return;
    try {
      respond(response);
    } catch (error) {
      this.#options.onFault(error);
    }
  }

  #trackSession(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.on("close", () => this.#sessions.delete(session));
    // What breaks a session breaks its streams, and these have listeners of their own.
    session.on("error", () => {});
    if (this.#closing !== undefined) session.close();
  }

  /** Waits for the bytes that tell which protocol a connection speaks. */
  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    this.#undecided.add(socket);
    const destroy = (): void => void socket.destroy();
    socket.on("error", destroy);
    socket.on("close", () => {
      this.#sockets.delete(socket);
      this.#undecided.delete(socket);
    });
    socket.setTimeout(IDLE_TIMEOUT_MS, destroy);
    let first = Buffer.alloc(0);
    const look = (): void => {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return;
      first = Buffer.concat([first, chunk]);
      const start = first.toString("latin1", 0, PREFACE_START.length);
      if (start !== PREFACE_START && PREFACE_START.startsWith(start)) return;
      socket.off("readable", look);
      socket.off("end", destroy);
      socket.off("timeout", destroy);
      socket.setTimeout(0);
      this.#undecided.delete(socket);
      socket.unshift(first);
      if (start !== PREFACE_START) {
        this.#http1.emit("connection", socket);
        return;
      }
      // A session does not close its own side when the other one is closed.
      socket.allowHalfOpen = false;
      this.#http2.emit("connection", socket);
    };
    socket.on("readable", look);
    socket.on("end", destroy);
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
