import { type HttpRequest, isPrintable } from "../http/message.ts";
import { IngressError } from "./ingress-error.ts";

export const INGRESS_PATH_HEADER = "x-restate-ingress-path";

/** Meant for the ingress or the connection, and not for handlers. */
const NOT_FORWARDED: ReadonlySet<string> = new Set([
  "connection",
  "host",
  "idempotency-key",
  "idempotency-expires",
]);

/**
 * The headers that the handler gets: the path that was asked for, then the
 * request's own.
 *
 * @throws IngressError if one has other characters than printable ASCII and tabs.
 */
export function toForwardedHeaders(request: HttpRequest): { key: string; value: string }[] {
  const forwarded = [{ key: INGRESS_PATH_HEADER, value: request.target }];
  for (const [key, value] of request.headers) {
    if (NOT_FORWARDED.has(key)) continue;
    checkHeader(key, value);
    forwarded.push({ key, value });
  }
  return forwarded;
}

/** @throws IngressError as {@link toForwardedHeaders}. */
export function readHeader(request: HttpRequest, name: string): string | undefined {
  const value = request.headers.get(name);
  if (value !== undefined) checkHeader(name, value);
  return value;
}

function checkHeader(name: string, value: string): void {
  // In the words of the server that this one stands in for.
  if (!isPrintable(value)) throw new IngressError(400, `bad header ${name}: ToStrError { _priv: () }`);
}
