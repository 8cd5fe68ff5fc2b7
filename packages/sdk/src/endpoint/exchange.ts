/**
 * One HTTP request and its response, in the form into which every adapter (Node's
 * HTTP/2 and HTTP/1, fetch, Lambda) converts its own.
 *
 * Owns: the contract between adapters and `request-handler.ts`.
 *
 * 1. `read` is called at most once. The body's reader gets chunks, then `end`;
 *    `abort` once if the connection is lost before the response has ended, even
 *    after `end`. After `abort` nothing follows.
 * 2. `head` is called before `write` and `end`, once. After `end` or `abort`
 *    nothing is called.
 * 3. No method throws. What is written to a lost connection is dropped.
 */
export interface EndpointRequest {
  /** `undefined` where the transport does not say; then any method is taken to be right. */
  readonly method: string | undefined;
  /** As received, still percent-encoded, without the query. */
  readonly path: string;
  /** Whether request and response may flow at the same time. */
  readonly bidirectional: boolean;
  /** What the runtime passes along: arguments for `ctx.request().extraArgs`. */
  readonly extraArgs: readonly unknown[];
  /** A header by its lower-case name, the first one if there are several. */
  header(name: string): string | undefined;
  /** All of them, names in lower case. */
  headers(): ReadonlyMap<string, string | string[] | undefined>;
  read(reader: BodyReader): void;
}

export interface BodyReader {
  /** The bytes must not be changed afterwards. */
  chunk(bytes: Uint8Array): void;
  end(): void;
  abort(reason: unknown): void;
}

export interface EndpointResponse {
  head(status: number, headers: Readonly<Record<string, string>>): void;
  write(bytes: Uint8Array): void;
  end(bytes?: Uint8Array): void;
  /** Gives up: the other side sees a broken response, if it is still there. */
  abort(reason: unknown): void;
}

/** Reads a body to its end and keeps nothing of it. */
export const DISCARD: BodyReader = { chunk: () => {}, end: () => {}, abort: () => {} };
