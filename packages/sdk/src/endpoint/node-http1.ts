import type { IncomingMessage, ServerResponse } from "node:http";
import type { BodyReader, EndpointRequest, EndpointResponse } from "./exchange.ts";
import { firstHeader, toHeaderMap, toPath } from "./node-headers.ts";
import type { RequestHandler } from "./request-handler.ts";

/** One HTTP/1 request and its response as an exchange. */
export function handleHttp1Request(
  handler: RequestHandler,
  request: IncomingMessage,
  response: ServerResponse,
  bidirectional: boolean,
): void {
  const exchange = new Http1Exchange(request, response, bidirectional);
  handler.handle(exchange, exchange);
}

class Http1Exchange implements EndpointRequest, EndpointResponse {
  readonly method: string | undefined;
  readonly path: string;
  readonly bidirectional: boolean;
  readonly extraArgs: readonly unknown[] = [];
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  #reader: BodyReader | undefined;
  #lost: { readonly reason: unknown } | undefined;
  #ended = false;

  constructor(request: IncomingMessage, response: ServerResponse, bidirectional: boolean) {
    this.method = request.method;
    this.path = toPath(request.url);
    this.bidirectional = bidirectional;
    this.#request = request;
    this.#response = response;
    request.on("error", (error) => this.#lose(error));
    response.on("error", (error) => this.#lose(error));
    response.on("close", () => this.#lose(undefined));
  }

  header(name: string): string | undefined {
    return firstHeader(this.#request.headers, name);
  }

  headers(): ReadonlyMap<string, string | string[] | undefined> {
    return toHeaderMap(this.#request.headers);
  }

  read(reader: BodyReader): void {
    if (this.#lost !== undefined) {
      reader.abort(this.#lost.reason);
      return;
    }
    this.#reader = reader;
    this.#request.on("data", (bytes: Uint8Array) => this.#reader?.chunk(bytes));
    this.#request.on("end", () => this.#reader?.end());
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    if (!this.#usable() || this.#response.headersSent) return;
    this.#response.writeHead(status, headers);
    // Otherwise the head waits for the first bytes of the body.
    if (this.bidirectional) this.#response.flushHeaders();
  }

  write(bytes: Uint8Array): void {
    if (this.#usable()) this.#response.write(bytes);
  }

  end(bytes?: Uint8Array): void {
    if (this.#usable()) this.#response.end(bytes);
    this.#ended = true;
  }

  abort(): void {
    this.#response.destroy();
  }

  #usable(): boolean {
    return this.#lost === undefined && !this.#response.destroyed;
  }

  /** The connection broke, or the usual close after everything, which nobody needs to hear of. */
  #lose(error: unknown): void {
    if (this.#lost !== undefined || this.#ended) return;
    const reason = error ?? new Error("The HTTP/1 connection was closed");
    this.#lost = { reason };
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.abort(reason);
  }
}
