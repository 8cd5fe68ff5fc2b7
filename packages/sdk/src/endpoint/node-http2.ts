import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { BodyReader, EndpointRequest, EndpointResponse } from "./exchange.ts";
import { firstHeader, toHeaderMap, toPath } from "./node-headers.ts";
import type { RequestHandler } from "./request-handler.ts";

/** HTTP/2's error code. Not taken from `node:http2`, which is loaded only by who serves. */
const INTERNAL_ERROR = 2;

/**
 * One HTTP/2 stream as an exchange. The raw stream, since Node's compatibility
 * layer costs a second pair of streams per request.
 */
export function handleHttp2Stream(
  handler: RequestHandler,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  bidirectional: boolean,
): void {
  const exchange = new Http2Exchange(stream, headers, bidirectional);
  handler.handle(exchange, exchange);
}

class Http2Exchange implements EndpointRequest, EndpointResponse {
  readonly method: string | undefined;
  readonly path: string;
  readonly bidirectional: boolean;
  readonly extraArgs: readonly unknown[] = [];
  readonly #stream: ServerHttp2Stream;
  readonly #headers: IncomingHttpHeaders;
  #reader: BodyReader | undefined;
  #lost: { readonly reason: unknown } | undefined;
  #ended = false;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, bidirectional: boolean) {
    this.method = firstHeader(headers, ":method");
    this.path = toPath(firstHeader(headers, ":path"));
    this.bidirectional = bidirectional;
    this.#stream = stream;
    this.#headers = headers;
    stream.on("error", (error) => this.#lose(error));
    stream.on("aborted", () => this.#lose(undefined));
    stream.on("close", () => this.#lose(undefined));
  }

  header(name: string): string | undefined {
    return firstHeader(this.#headers, name);
  }

  headers(): ReadonlyMap<string, string | string[] | undefined> {
    return toHeaderMap(this.#headers);
  }

  read(reader: BodyReader): void {
    if (this.#lost !== undefined) {
      reader.abort(this.#lost.reason);
      return;
    }
    this.#reader = reader;
    this.#stream.on("data", (bytes: Uint8Array) => this.#reader?.chunk(bytes));
    this.#stream.on("end", () => this.#reader?.end());
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.#usable()) this.#stream.respond({ ":status": status, ...headers });
  }

  write(bytes: Uint8Array): void {
    if (this.#usable()) this.#stream.write(bytes);
  }

  end(bytes?: Uint8Array): void {
    if (this.#usable()) this.#stream.end(bytes);
    this.#ended = true;
  }

  abort(): void {
    if (!this.#stream.closed) this.#stream.close(INTERNAL_ERROR);
  }

  #usable(): boolean {
    return this.#lost === undefined && !this.#stream.closed && !this.#stream.destroyed;
  }

  /** A reset, an error, or the usual close after everything, which nobody needs to hear of. */
  #lose(error: unknown): void {
    if (this.#lost !== undefined || this.#ended) return;
    const reason =
      error ?? new Error(`The HTTP/2 stream was closed (code ${this.#stream.rstCode ?? "none"})`);
    this.#lost = { reason };
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.abort(reason);
  }
}
