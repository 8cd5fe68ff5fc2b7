import { EngineError } from "../engine-api.ts";

/** Where a deployment is, in one spelling: whole, without query, fragment and last slash of a path. */
export function toDeploymentUri(uri: string): string {
  let url: URL;
  try {
    url = new URL(uri);
  } catch (cause) {
    throw bad(`${JSON.stringify(uri)} is no URI. Give it whole, such as http://localhost:9080`, cause);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw bad(`${JSON.stringify(uri)} has the scheme "${url.protocol.slice(0, -1)}". Use http or https`);
  }
  if (url.search !== "" || url.hash !== "") {
    throw bad(`${JSON.stringify(uri)} has a query or a fragment. Leave it out`);
  }
  if (url.username !== "" || url.password !== "") {
    throw bad("The URI holds a user or a password. Send an authorization header as an additional header");
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "") || "/"}`;
}

const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Of the connection, or of the protocol: nobody else may set them. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  "accept",
  "connection",
  "content-length",
  "content-type",
  "expect",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

const OWN_HEADER_PREFIX = "x-restate-";

/** The additional headers of a deployment, names in lower case. */
export function toAdditionalHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!HEADER_NAME.test(name)) throw bad(`${JSON.stringify(name)} is no name of a header. Correct it`);
    const lower = name.toLowerCase();
    if (OWN_HEADERS.has(lower) || lower.startsWith(OWN_HEADER_PREFIX)) {
      throw bad(`The header "${lower}" is the engine's own and can't be set. Leave it out`);
    }
    if (typeof value !== "string" || !HEADER_VALUE.test(value)) {
      throw bad(`The value of the header "${lower}" has characters that a header can't have. Correct it`);
    }
    checked[lower] = value;
  }
  return checked;
}

function bad(message: string, cause?: unknown): EngineError {
  return new EngineError(`${message}.`, { status: 400, cause });
}
