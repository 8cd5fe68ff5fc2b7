import { createServer as createHttp1Server, type Server as Http1Server } from "node:http";
import { createServer as createHttp2Server, type Http2Server, type ServerHttp2Session } from "node:http2";
import { createServer, type Server, type Socket } from "node:net";
import { handleHttp1Request } from "./node-http1.ts";
import { handleHttp2Stream } from "./node-http2.ts";
import type { RequestHandler } from "./request-handler.ts";

/** How long a connection may stay without saying which protocol it speaks. */
export const SILENCE_TIMEOUT_MS = 60_000;

/** HTTP/2's connection preface begins with it, and no HTTP/1 request does. */
const PREFACE_START = "PRI";

/**
 * Serves HTTP/2 (by prior knowledge) and HTTP/1.1 in clear text on one port.
 * Node's own servers speak one of the two; so the first bytes of a connection
 * decide to which of them it is handed.
 *
 * 1. Everything that a connection holds goes away with it.
 */
export class NodeListener {
  readonly #handler: RequestHandler;
  readonly #server: Server;
  readonly #http1: Http1Server;
  readonly #http2: Http2Server;
  readonly #sockets = new Set<Socket>();
  readonly #undecided = new Set<Socket>();
  readonly #sessions = new Set<ServerHttp2Session>();
  #closing: Promise<void> | undefined;

  constructor(handler: RequestHandler, bidirectional: boolean | undefined) {
    this.#handler = handler;
    this.#http1 = createHttp1Server((request, response) => {
      response.once("finish", () => {
        if (this.#closing !== undefined) request.socket.end();
      });
      handleHttp1Request(handler, request, response, bidirectional ?? false);
    });
    this.#http2 = createHttp2Server();
    this.#http2.on("stream", (stream, headers) => {
      handleHttp2Stream(handler, stream, headers, bidirectional ?? true);
    });
    this.#http2.on("session", (session) => this.#track(session));
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  }

  /** Resolves with the port. Rejects if it cannot be had. */
  listen(port: number, hostname: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, hostname, () => {
        this.#server.off("error", reject);
        // Only a server that listens watches its connections: their timeouts, and which are idle.
        this.#http1.emit("listening");
        this.#server.on("error", (error) =>
          this.#handler.log("error", "The listening socket failed:", error),
        );
        const address = this.#server.address();
        resolve(typeof address === "object" && address !== null ? address.port : port);
      });
    });
  }

  /** See `ServingEndpoint.close`. */
  close(graceMs: number): Promise<void> {
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  async #close(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#undecided) socket.destroy();
    this.#http1.closeIdleConnections();
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, graceMs);
    // Restate Server 1.7 drops a connection soon after its GOAWAY, with the streams
    // that are still open on it, and what these have sent last would be lost.
    await this.#handler.stop();
    for (const session of this.#sessions) session.close();
    await closed;
    clearTimeout(timer);
    this.#http1.close();
  }

  #track(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.on("close", () => this.#sessions.delete(session));
    // What breaks a session breaks its streams, and these tell their attempts.
    session.on("error", () => {});
    if (this.#closing !== undefined) session.close();
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    this.#undecided.add(socket);
    const destroy = (): void => void socket.destroy();
    const forget = (): void => {
      this.#sockets.delete(socket);
      this.#undecided.delete(socket);
    };
    socket.on("error", destroy);
    socket.on("close", forget);
    socket.setTimeout(SILENCE_TIMEOUT_MS, destroy);
    let first = Buffer.alloc(0);
    const onReadable = (): void => {
      const chunk: Buffer | null = socket.read();
      if (chunk === null) return;
      first = Buffer.concat([first, chunk]);
      const protocol = toProtocol(first);
      if (protocol === undefined) return;
      socket.off("readable", onReadable);
      socket.off("end", destroy);
      socket.off("timeout", destroy);
      socket.setTimeout(0);
      socket.unshift(first);
      this.#undecided.delete(socket);
      this.#handOver(socket, protocol);
    };
    socket.on("readable", onReadable);
    socket.on("end", destroy);
  }

  #handOver(socket: Socket, protocol: "http1" | "http2"): void {
    if (protocol === "http1") {
      this.#http1.emit("connection", socket);
      return;
    }
    // An HTTP/2 session does not close its side when the other one does.
    socket.allowHalfOpen = false;
    this.#http2.emit("connection", socket);
  }
}

/** What a connection speaks that begins with these bytes; `undefined` if more are needed to decide. */
function toProtocol(first: Buffer): "http1" | "http2" | undefined {
  const text = first.toString("latin1", 0, PREFACE_START.length);
  if (text === PREFACE_START) return "http2";
  return PREFACE_START.startsWith(text) ? undefined : "http1";
}
