import type { JournalValueCodec } from "../definition/journal-value-codec.ts";
import type { Serde } from "../serde/serde.ts";
import { serde } from "../serde/serdes.ts";
import { createFetchExchange } from "./fetch-exchange.ts";
import { type HeaderMap, setHeader } from "./headers.ts";
import { type ConnectionOpts, type IngressCallOptions, toOptions } from "./options.ts";
import { resolveRetryPolicy } from "./retry.ts";
import { type Clock, createTransport, type Exchange, type Transport } from "./transport.ts";

/** What all requests of one `connect` share. */
export interface Connection {
  readonly transport: Transport;
  /** The headers that every request has. Copy before use. */
  readonly headers: ReadonlyMap<string, string>;
  readonly serde: Serde<unknown>;
  readonly codec: JournalValueCodec | undefined;
}

/** Throws a `TypeError` for options that cannot work. Does no I/O. `exchange` takes the place of `fetch`. */
export function createConnection(options: ConnectionOpts, clock: Clock, exchange?: Exchange): Connection {
  const baseUrl = toBaseUrl(options.url);
  const fetch: typeof globalThis.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  return {
    transport: createTransport({
      baseUrl,
      exchange: exchange ?? createFetchExchange(baseUrl, fetch),
      retry: resolveRetryPolicy(options.retry),
      clock,
    }),
    // Node loads its `fetch` with the first use of `Headers`, which an engine of this process does without.
    headers: options.headers === undefined ? new Map() : new Map(new Headers(options.headers)),
    serde: options.serde ?? serde.json,
    codec: options.journalValueCodec,
  };
}

/** Origin and path, no slash at the end. */
function toBaseUrl(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch (cause) {
    throw new TypeError(`connect: ${JSON.stringify(url)} is not a URL; use one like http://localhost:8080`, {
      cause,
    });
  }
  if (parsed.protocol !== "http:" && parsed.protocol !== "https:") {
    throw new TypeError(
      `connect: ${JSON.stringify(url)} is not http or https; use one like http://localhost:8080`,
    );
  }
  if (parsed.username !== "" || parsed.password !== "") {
    throw new TypeError("connect: the url must not hold credentials; pass them by headers");
  }
  if (parsed.search !== "" || parsed.hash !== "") {
    throw new TypeError(`connect: ${JSON.stringify(url)} has a query or a fragment; leave it out`);
  }
  return parsed.origin + parsed.pathname.replace(/\/+$/, "");
}

/** The request options that have nothing to do with the target. */
export interface AttemptOptions {
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal | undefined;
}

export function toAttemptOptions({ timeout, signal }: IngressCallOptions): AttemptOptions {
  if (timeout !== undefined && !(timeout > 0)) {
    throw new TypeError(`timeout: ${JSON.stringify(timeout)} is not a positive number of milliseconds`);
  }
  return { timeoutMs: timeout, signal };
}

/** Connection headers, then those of the call; the call's win. */
export function mergeHeaders(connection: Connection, own: Record<string, string> | undefined): HeaderMap {
  const merged = new Map(connection.headers);
  for (const [name, value] of Object.entries(own ?? {})) setHeader(merged, name, value);
  return merged;
}

/** The options in the only argument of `attach` and its like. */
export function optionsOf(where: string, value: unknown): IngressCallOptions {
  if (value === undefined) return {};
  const options = toOptions(value);
  if (options !== undefined) return options;
  throw new TypeError(`${where}: its argument must be made by rpc.opts`);
}
