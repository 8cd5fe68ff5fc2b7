import { createNodeRequestHandler, type NodeEndpointOptions } from "./node-handler.ts";
import type { RequestHandler } from "./request-handler.ts";

/** The port when neither an argument nor `PORT` says otherwise. */
export const DEFAULT_PORT = 9080;

/** How long `close` lets running attempts come to an end, unless told otherwise. */
export const CLOSE_GRACE_MS = 10_000;

const LOOPBACK = "127.0.0.1";

/** What {@link serve} can be told. */
export interface ServeOptions extends NodeEndpointOptions {
  /** The port; 0 for any free one. When absent the environment's `PORT`, else 9080. */
  readonly port?: number | undefined;
  /**
   * The address to listen on. When absent 127.0.0.1, so that only this machine
   * can reach the endpoint; `"0.0.0.0"` or `"::"` for all. Set identity keys then,
   * or make sure that only your server can reach it.
   */
  readonly hostname?: string | undefined;
}

export interface CloseOptions {
  /** How long running attempts may take to end or to suspend, in milliseconds; 10,000 when absent. */
  readonly graceMs?: number | undefined;
}

/** An endpoint that listens. Converted to a string or a number it is its port. */
export interface ServingEndpoint {
  readonly port: number;
  /** Where it can be registered, from this machine. */
  readonly url: string;
  /**
   * Stops listening and lets what is running come to an end: attempts suspend at
   * their next await, after their runs, and go on elsewhere or later; the server
   * is told to use other connections. Connections that are still there after
   * `graceMs` are broken. Resolves when all are closed. May be called again.
   */
  close(options?: CloseOptions): Promise<void>;
  toString(): string;
  valueOf(): number;
}

/**
 * Serves the services over HTTP/2 in clear text (prior knowledge), and over
 * HTTP/1.1 on the same port, to which discovery says `REQUEST_RESPONSE`.
 *
 * Resolves when it listens. Rejects if it cannot (the port is taken), and with a
 * `TypeError` if the services, the identity keys or the port are not valid.
 *
 * @example
 * const endpoint = await serve({ services: [greeter], port: 9080 });
 * process.once("SIGTERM", () => void endpoint.close());
 */
export async function serve(options: ServeOptions): Promise<ServingEndpoint> {
  return serveHandler(createNodeRequestHandler(options), options);
}

/** The same for what is bound already. */
export async function serveHandler(
  handler: RequestHandler,
  options: Pick<ServeOptions, "port" | "hostname" | "bidirectional">,
): Promise<ServingEndpoint> {
  // Node's servers take longer to load than all of the SDK, and who imports it may not serve.
  const { createEndpointListener } = await import("./node-endpoint-listener.ts");
  const listener = createEndpointListener(handler, options.bidirectional);
  const hostname = options.hostname ?? LOOPBACK;
  const port = await listener.listen(toPort(options.port ?? process.env.PORT), hostname);
  const url = `http://${toHost(hostname)}:${port}`;
  handler.log("info", `Listening on ${url}`);
  warnIfOpen(handler, hostname);
  return {
    port,
    url,
    close: (closeOptions) => listener.close(closeOptions?.graceMs ?? CLOSE_GRACE_MS),
    toString: () => String(port),
    valueOf: () => port,
  };
}

function toPort(wanted: number | string | undefined): number {
  if (wanted === undefined || wanted === "") return DEFAULT_PORT;
  const port = Number(wanted);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  const where = typeof wanted === "string" ? "The environment variable PORT" : "port";
  throw new TypeError(`${where} must be a whole number from 0 to 65535, not ${JSON.stringify(wanted)}`);
}

/** The host by which this machine reaches an address that is listened on. */
function toHost(hostname: string): string {
  if (hostname === "0.0.0.0" || hostname === "::") return "localhost";
  // Of what can be listened on, only IPv6 addresses have colons.
  return hostname.includes(":") ? `[${hostname}]` : hostname;
}

function warnIfOpen(handler: RequestHandler, hostname: string): void {
  if (handler.endpoint.identityKeys.length > 0 || isLoopback(hostname)) return;
  handler.log(
    "warn",
    `Listening on ${hostname} without identity keys: whoever can reach this port can invoke the handlers`,
  );
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" || hostname.startsWith("127.");
}
