import type { Server as Http1Server } from "node:http";
import type { Http2Server, ServerHttp2Session } from "node:http2";
import { createServer, type Server, type Socket } from "node:net";

/** HTTP/2's connection preface begins with it, and no HTTP/1 request does. */
const PREFACE_START = "PRI ";

export interface NodeListenerOptions {
  /** Answers HTTP/1.1; never told to listen itself. */
  readonly http1: Http1Server;
  /** Answers HTTP/2; never told to listen itself. */
  readonly http2: Http2Server;
  /** How long a connection may stay without saying which protocol it speaks. */
  readonly silenceTimeoutMs: number;
  /** Told when the listening socket fails. */
  readonly onFault: (error: unknown) => void;
}

/**
 * HTTP/2 (by prior knowledge) and HTTP/1.1 in clear text on one port. Node's own
 * servers speak one of the two; so the first bytes of a connection decide to which
 * of them it is handed.
 *
 * Owns: connections, from the first byte to the last. Does not own: requests.
 *
 * 1. Everything that a connection holds goes away with it.
 */
export class NodeListener {
  readonly #options: NodeListenerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #undecided = new Set<Socket>();
  readonly #sessions = new Set<ServerHttp2Session>();
  #closing: Promise<void> | undefined;

  constructor(options: NodeListenerOptions) {
    this.#options = options;
    options.http2.on("session", (session) => this.#track(session));
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  }

  /** Answers should be a connection's last from now on. */
  get isClosing(): boolean {
    return this.#closing !== undefined;
  }

  /** Resolves with the port. Rejects if it cannot be had. */
  listen(port: number, hostname: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, hostname, () => {
        this.#server.off("error", reject);
        this.#server.on("error", this.#options.onFault);
        // Only a server that listens watches its connections: their timeouts, and which are idle.
        this.#options.http1.emit("listening");
        const address = this.#server.address();
        resolve(typeof address === "object" && address !== null ? address.port : port);
      });
    });
  }

  /**
   * Takes no new connections, lets what runs end within the grace, then drops it.
   * HTTP/2 connections are told when `idle` has resolved. May be called twice.
   */
  close(options: { readonly graceMs: number; readonly idle?: () => Promise<void> }): Promise<void> {
    this.#closing ??= this.#close(options);
    return this.#closing;
  }

  async #close({
    graceMs,
    idle,
  }: {
    readonly graceMs: number;
    readonly idle?: () => Promise<void>;
  }): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#undecided) socket.destroy();
    this.#options.http1.closeIdleConnections();
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, graceMs);
    await idle?.();
    for (const session of this.#sessions) session.close();
    await closed;
    clearTimeout(timer);
    this.#options.http1.close();
  }

  #track(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.on("close", () => this.#sessions.delete(session));
    // What breaks a session breaks its streams, and these have listeners of their own.
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
    socket.setTimeout(this.#options.silenceTimeoutMs, destroy);
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
      this.#options.http1.emit("connection", socket);
      return;
    }
    // An HTTP/2 session does not close its side when the other one does.
    socket.allowHalfOpen = false;
    this.#options.http2.emit("connection", socket);
  }
}

/** What a connection speaks that begins with these bytes; `undefined` if more are needed to decide. */
function toProtocol(first: Buffer): "http1" | "http2" | undefined {
  const text = first.toString("latin1", 0, PREFACE_START.length);
  if (text === PREFACE_START) return "http2";
  return PREFACE_START.startsWith(text) ? undefined : "http1";
}
