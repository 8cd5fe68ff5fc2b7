import type { ClientRequest, IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import type { Socket } from "node:net";
import { http } from "@perdure/sdk/internal";
import type { Clock } from "../clock/clock.ts";
import {
  CONNECT_TIMEOUT_MS,
  type ExchangeReader,
  type ExchangeRequest,
  type HttpExchange,
  type HttpTransport,
} from "./http-transport.ts";

/** How many connections are open to one origin; further attempts wait. */
export const HTTP1_CONNECTIONS_MAX = 256;

export interface Http1TransportOptions {
  readonly clock: Clock;
  readonly connectTimeoutMs?: number | undefined;
  readonly connectionsMax?: number | undefined;
}

/** Exchanges over HTTP/1.1, one connection each, which is used again when it is free. */
export function createHttp1Transport(options: Http1TransportOptions): HttpTransport {
  const agentOptions = { keepAlive: true, maxSockets: options.connectionsMax ?? HTTP1_CONNECTIONS_MAX };
  const agent = new http.Agent(agentOptions);
  const tlsAgent = new HttpsAgent(agentOptions);
  return {
    open({ origin, path, headers }: ExchangeRequest, reader: ExchangeReader): HttpExchange {
      const url = new URL(origin + path);
      const outgoing =
        url.protocol === "https:"
          ? requestHttps(url, { method: "POST", headers, agent: tlsAgent })
          : http.request(url, { method: "POST", headers, agent });
      return new Http1Exchange(outgoing, reader, options);
    },
    close() {
      agent.destroy();
      tlsAgent.destroy();
    },
  };
}

class Http1Exchange implements HttpExchange {
  readonly #request: ClientRequest;
  #reader: ExchangeReader | undefined;

  constructor(request: ClientRequest, reader: ExchangeReader, options: Http1TransportOptions) {
    this.#request = request;
    this.#reader = reader;
    request.on("socket", (socket) => this.#connect(socket, options));
    request.on("drain", () => this.#reader?.drained());
    request.on("error", (error) => this.#lose(error));
    request.on("response", (response) => this.#respond(response));
  }

  write(bytes: Uint8Array): boolean {
    return this.#request.destroyed || this.#request.write(bytes);
  }

  end(): void {
    if (!this.#request.destroyed) this.#request.end();
  }

  reset(): void {
    this.#reader = undefined;
    this.#request.destroy();
  }

  #connect(socket: Socket, { clock, connectTimeoutMs = CONNECT_TIMEOUT_MS }: Http1TransportOptions): void {
    if (!socket.connecting) {
      this.#open();
      return;
    }
    const clear = clock.setTimer(clock.now() + connectTimeoutMs, () => {
      socket.destroy(new Error(`No connection came about within ${connectTimeoutMs} ms`));
    });
    socket.once("close", clear);
    socket.once("connect", () => {
      clear();
      this.#open();
    });
  }

  #open(): void {
    // Otherwise the head waits for the first bytes of the body.
    this.#request.flushHeaders();
    this.#reader?.opened();
  }

  #respond(response: IncomingMessage): void {
    response.on("data", (bytes: Uint8Array) => this.#reader?.chunk(bytes));
    response.on("end", () => {
      const reader = this.#reader;
      this.#reader = undefined;
      reader?.end();
    });
    response.on("error", (error) => this.#lose(error));
    response.on("close", () => this.#lose(new Error("The connection was closed within the response")));
    this.#reader?.head(response.statusCode ?? 0, response.headers);
  }

  #lose(error: unknown): void {
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.lost(error);
  }
}
