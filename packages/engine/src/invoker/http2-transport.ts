import { type ClientHttp2Stream, constants } from "node:http2";
import type { ExchangeReader, ExchangeRequest, HttpExchange, HttpTransport } from "./http-transport.ts";
import { OriginSessions, type SessionOptions, type StreamLease } from "./http2-sessions.ts";

/** Exchanges over HTTP/2, many on a connection; in clear text by prior knowledge. */
export function createHttp2Transport(options: SessionOptions): HttpTransport {
  const origins = new Map<string, OriginSessions>();
  return {
    open(request: ExchangeRequest, reader: ExchangeReader): HttpExchange {
      let sessions = origins.get(request.origin);
      if (sessions === undefined) {
        sessions = new OriginSessions(request.origin, options, () => origins.delete(request.origin));
        origins.set(request.origin, sessions);
      }
      return new Http2Exchange(request, reader, sessions);
    },
    close() {
      for (const sessions of origins.values()) sessions.close();
    },
  };
}

class Http2Exchange implements HttpExchange {
  readonly #request: ExchangeRequest;
  #reader: ExchangeReader | undefined;
  #stream: ClientHttp2Stream | undefined;
  #takeBack: (() => void) | undefined;

  constructor(request: ExchangeRequest, reader: ExchangeReader, sessions: OriginSessions) {
    this.#request = request;
    this.#reader = reader;
    // Later, as there may be a free stream at once.
    queueMicrotask(() => {
      if (this.#reader === undefined) return;
      this.#takeBack = sessions.acquire({
        granted: (lease) => this.#open(lease),
        failed: (error) => this.#lose(error),
      });
    });
  }

  write(bytes: Uint8Array): boolean {
    const stream = this.#usable();
    return stream === undefined || stream.write(bytes);
  }

  end(): void {
    this.#usable()?.end();
  }

  reset(): void {
    this.#reader = undefined;
    this.#takeBack?.();
    if (this.#stream?.closed === false) this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  #usable(): ClientHttp2Stream | undefined {
    const stream = this.#stream;
    return stream === undefined || stream.closed || stream.destroyed || stream.writableEnded
      ? undefined
      : stream;
  }

  #open(lease: StreamLease): void {
    const { path, headers } = this.#request;
    let stream: ClientHttp2Stream;
    try {
      stream = lease.session.request(
        { [constants.HTTP2_HEADER_METHOD]: "POST", [constants.HTTP2_HEADER_PATH]: path, ...headers },
        { endStream: false },
      );
    } catch (error) {
      // The session is about to close and has not told yet.
      lease.release();
      this.#lose(error);
      return;
    }
    this.#stream = stream;
    stream.on("response", (received) => {
      this.#reader?.head(Number(received[constants.HTTP2_HEADER_STATUS] ?? 0), received);
    });
    stream.on("data", (bytes: Uint8Array) => this.#reader?.chunk(bytes));
    stream.on("drain", () => this.#reader?.drained());
    stream.on("end", () => this.#ended(stream));
    stream.on("error", (error) => this.#lose(error));
    stream.on("close", () => {
      lease.release();
      this.#lose(new Error(`The HTTP/2 stream was closed (code ${stream.rstCode ?? "none"})`));
    });
    this.#reader?.opened();
  }

  /** Node ends a stream that was reset as well; only what was ended in order counts. */
  #ended(stream: ClientHttp2Stream): void {
    if (stream.rstCode !== undefined && stream.rstCode !== constants.NGHTTP2_NO_ERROR) return;
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.end();
  }

  #lose(error: unknown): void {
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.lost(error);
  }
}
