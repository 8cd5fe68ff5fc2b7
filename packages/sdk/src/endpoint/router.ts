/**
 * Which of the endpoint's paths a request means. Protocol section 1.
 *
 * 1. Only the end of a path counts, so that an endpoint can be mounted under any
 *    prefix.
 * 2. Names in a path are percent-decoded; what cannot be decoded is not found.
 */

export type SerdesOperation = "encode" | "decode";

export type Route =
  | { readonly type: "discover" }
  | { readonly type: "health" }
  | { readonly type: "invoke"; readonly service: string; readonly handler: string }
  | {
      readonly type: "serdes";
      readonly service: string;
      readonly operation: SerdesOperation;
      readonly serde: string;
    }
  | { readonly type: "wrongMethod"; readonly allowed: string }
  | { readonly type: "notFound" };

const NOT_FOUND: Route = { type: "notFound" };

/** What to tell those whose path is not found. */
export const VALID_PATHS =
  "GET /discover, POST /invoke/{service}/{handler}, GET /health, POST /serdes/{service}/encode/{serde} and POST /serdes/{service}/decode/{serde}";

/** `path` is still encoded and has no query. Without a method any is right. */
export function matchRoute(method: string | undefined, path: string): Route {
  const segments = path.split("/");
  const route = matchSerdes(segments) ?? matchInvoke(segments) ?? matchFixed(segments);
  const allowed = ALLOWED_METHODS[route.type];
  if (method === undefined || allowed === undefined || allowed === method) return route;
  return { type: "wrongMethod", allowed };
}

const ALLOWED_METHODS: Readonly<Partial<Record<Route["type"], string>>> = {
  discover: "GET",
  invoke: "POST",
  serdes: "POST",
};

/** The only path whose tail has no fixed length: a serde's name may contain slashes. */
function matchSerdes(segments: readonly string[]): Route | undefined {
  const start = segments.findIndex(
    (segment, index) => segment === "serdes" && isSerdesOperation(segments[index + 2]),
  );
  if (start === -1) return undefined;
  const operation = segments[start + 2] as SerdesOperation;
  const names = decodeNames([segments[start + 1] ?? "", segments.slice(start + 3).join("/")]);
  if (names === undefined) return NOT_FOUND;
  return { type: "serdes", service: names[0], operation, serde: names[1] };
}

function matchInvoke(segments: readonly string[]): Route | undefined {
  if (segments.at(-3) !== "invoke") return undefined;
  const names = decodeNames([segments.at(-2) ?? "", segments.at(-1) ?? ""]);
  return names === undefined ? NOT_FOUND : { type: "invoke", service: names[0], handler: names[1] };
}

function matchFixed(segments: readonly string[]): Route {
  switch (segments.at(-1)) {
    case "discover":
      return { type: "discover" };
    case "health":
      return { type: "health" };
    default:
      return NOT_FOUND;
  }
}

function isSerdesOperation(segment: string | undefined): segment is SerdesOperation {
  return segment === "encode" || segment === "decode";
}

/** `undefined` if one of them is empty or cannot be decoded. */
function decodeNames(encoded: readonly [string, string]): readonly [string, string] | undefined {
  try {
    const names = [decodeName(encoded[0]), decodeName(encoded[1])] as const;
    return names.includes("") ? undefined : names;
  } catch {
    return undefined;
  }
}

function decodeName(encoded: string): string {
  return encoded.includes("%") ? decodeURIComponent(encoded) : encoded;
}
