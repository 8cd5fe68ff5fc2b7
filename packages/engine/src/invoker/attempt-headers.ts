import type { InputCommand } from "@perdure/sdk/internal";
import type { AttemptRequest } from "./invoker.ts";

/** Headers that follow an invocation from the request that began it to each of its attempts. */
const TRACE_HEADERS: ReadonlySet<string> = new Set(["traceparent", "tracestate", "baggage"]);

/** What every attempt's request says of itself, wherever it runs. Protocol section 1.3. */
export function attemptHeadersOf(request: AttemptRequest): Record<string, string> {
  const { key } = request.target;
  return {
    ...traceHeadersOf(request),
    "x-restate-invocation-id": request.invocationId,
    ...(key !== undefined && { "x-restate-service-key": encodeKey(key) }),
  };
}

const TRACE_VALUE = /^[\x20-\x7e]*$/;

function traceHeadersOf({ entries }: AttemptRequest): Record<string, string> {
  const input = entries[0];
  if (input?.type !== "Input") return {};
  return Object.fromEntries(
    (input satisfies InputCommand).headers
      .map(({ key, value }): [string, string] => [key.toLowerCase(), value])
      .filter(([key, value]) => TRACE_HEADERS.has(key) && TRACE_VALUE.test(value)),
  );
}

/** Half a surrogate pair, which a key may hold and a header can't, becomes U+FFFD as in the key's bytes. */
function encodeKey(key: string): string {
  return encodeURIComponent(Buffer.from(key).toString());
}
