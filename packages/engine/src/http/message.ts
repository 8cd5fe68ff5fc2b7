import { encodeUtf8 } from "@perdure/sdk/internal";

/**
 * Requests and responses of both HTTP faces, whatever protocol carries them.
 *
 * 1. Header names are in lower case. Of a header that comes more than once, the
 *    first one counts.
 * 2. Values are the characters that came over the wire, one per byte.
 */

export interface HttpRequest {
  readonly method: string;
  /** Path and query as they were asked for. */
  readonly target: string;
  /** Still percent-encoded. */
  readonly path: string;
  /** Without the question mark; empty if there is none. */
  readonly query: string;
  readonly headers: ReadonlyMap<string, string>;
  /** Aborted when nobody waits for the response any more; absent when somebody always does. */
  readonly signal: AbortSignal | undefined;
  /** @throws BodyTooLargeError */
  readBody(): Promise<Uint8Array>;
}

export interface HttpResponse {
  readonly status: number;
  /** In the order in which they are sent. The length is added. */
  readonly headers: readonly Header[];
  readonly body: Uint8Array;
}

export type Header = readonly [name: string, value: string];

/** Answers a request. What it rejects with is a fault, not an answer. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>;

export class BodyTooLargeError extends Error {
  override name = "BodyTooLargeError";
  readonly bytesMax: number;

  constructor(bytesMax: number) {
    super(`the request's body has more than ${bytesMax} bytes`);
    this.bytesMax = bytesMax;
  }
}

/** The connection was lost before all of the request had come. */
export class RequestLostError extends Error {
  override name = "RequestLostError";
}

export const NO_BODY: Uint8Array = new Uint8Array(0);

/** A response whose body is this value as JSON. */
export function jsonResponse(
  status: number,
  value: unknown,
  headers: { readonly before?: readonly Header[]; readonly after?: readonly Header[] } = {},
): HttpResponse {
  const contentType: Header = ["content-type", "application/json"];
  return {
    status,
    headers: [...(headers.before ?? []), contentType, ...(headers.after ?? [])],
    body: encodeUtf8(JSON.stringify(value)),
  };
}

export function textResponse(status: number, text: string): HttpResponse {
  return { status, headers: [["content-type", "text/plain; charset=utf-8"]], body: encodeUtf8(text) };
}

export function emptyResponse(status: number, headers: readonly Header[] = []): HttpResponse {
  return { status, headers, body: NO_BODY };
}

/** Splits what stands in a request line: `/path?query`, or with the origin before it. */
export function splitTarget(target: string): Pick<HttpRequest, "target" | "path" | "query"> {
  const withoutOrigin = target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, "");
  const asked = withoutOrigin.split("#", 1)[0] ?? "";
  const mark = asked.indexOf("?");
  if (mark < 0) return { target: asked, path: asked, query: "" };
  return { target: asked, path: asked.slice(0, mark), query: asked.slice(mark + 1) };
}

/** A path's bytes as text. Node hands them over one character per byte. */
export function fromWire(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, "latin1").toString("utf8");
}

/** Whether a header's value is nothing but printable ASCII and tabs. */
export function isPrintable(value: string): boolean {
  return /^[\t\x20-\x7e]*$/.test(value);
}
