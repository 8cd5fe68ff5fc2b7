/**
 * One HTTP request with its response, in the form in which an attempt uses it,
 * whichever version of HTTP carries it.
 *
 * 1. The reader gets `opened` once when the request is on its way, then `head`
 *    once, chunks and `end`; or `lost` at any time, as the last call. Nothing is
 *    called from within `open`, nor after `lost`, `end` or `reset`.
 * 2. `write` may be called after `opened`. If it returns false the caller waits
 *    for `drained` before it writes more.
 * 3. No method throws. What is written to a broken exchange is dropped.
 */
export interface HttpExchange {
  write(bytes: Uint8Array): boolean;
  /** Ends the request; the response may go on. */
  end(): void;
  /** Breaks both directions off. */
  reset(): void;
}

export interface ExchangeReader {
  opened(): void;
  drained(): void;
  head(status: number, headers: ResponseHeaders): void;
  chunk(bytes: Uint8Array): void;
  end(): void;
  lost(error: unknown): void;
}

export type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface ExchangeRequest {
  /** Scheme, host and port. */
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface HttpTransport {
  open(request: ExchangeRequest, reader: ExchangeReader): HttpExchange;
  /** Breaks all connections. */
  close(): void;
}

/** How long a connection may take to come about, unless told otherwise. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** A response's header, the first if there are several. */
export function headerOf(headers: ResponseHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" || value === undefined ? value : value[0];
}

/** What went wrong with a connection, in words. */
export function describeNetworkError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.message === "") {
    return error.errors.map(describeNetworkError).join("; ");
  }
  const { code } = error as NodeJS.ErrnoException;
  if (error.message === "") return code ?? error.name;
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}
