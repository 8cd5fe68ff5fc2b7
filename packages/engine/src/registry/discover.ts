import { setTimeout as wait } from "node:timers/promises";
import { EngineError } from "../engine-api.ts";
import type { RequestSigner } from "../invoker/request-signer.ts";
import { DISCOVERY_TIMEOUT_MS, type DiscoveryResponse, requestDiscovery } from "./discovery-request.ts";
import { type DiscoveredManifest, fromManifestContentType, MANIFEST_ACCEPT } from "./manifest.ts";
import { parseManifest } from "./parse-manifest.ts";

/** Statuses after which asking again may help. Protocol section 1.1. */
const RETRIED_STATUSES: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** How often an endpoint is asked that answers with one of these. */
export const DISCOVERY_ATTEMPTS_MAX = 5;

const FIRST_RETRY_MS = 100;

export interface DiscoverOptions {
  /** In the spelling of `toDeploymentUri`. */
  readonly uri: string;
  readonly useHttp11: boolean;
  readonly additionalHeaders: Readonly<Record<string, string>>;
  readonly clusterName: string;
  /** Signs the request, if the engine has a key. */
  readonly signer?: RequestSigner | undefined;
  readonly timeoutMs?: number | undefined;
  readonly firstRetryMs?: number | undefined;
}

export interface Discovered {
  readonly manifest: DiscoveredManifest;
  /** What the endpoint says it is, from `x-restate-server`. */
  readonly sdkVersion: string | undefined;
  /** What the connection turned out to speak; attempts use the same. */
  readonly useHttp11: boolean;
}

/**
 * Asks an endpoint for its manifest. Protocol section 1.1.
 *
 * @throws EngineError with the server's code: META0003 if there is no usable
 * answer, META0014 if there seems to be an HTTP/1.1 server, META0013 and others of
 * `parseManifest` if the answer is not valid.
 */
export async function discover(options: DiscoverOptions): Promise<Discovered> {
  const response = await requestUntilAnswered(options);
  const { status, headers, body, httpVersion } = response;
  if (status < 200 || status > 299) {
    throw unreachable(options.uri, `it answered GET /discover with status ${status}${excerptOf(body)}`);
  }
  const contentType = single(headers["content-type"]);
  const version = fromManifestContentType(contentType);
  if (version === undefined) {
    throw new EngineError(
      `The endpoint at ${options.uri} answered discovery with the content type ${contentType ?? "(none)"}, not with one of ${MANIFEST_ACCEPT}. Check that the address is that of an endpoint.`,
      { status: 500, restateCode: "META0013" },
    );
  }
  const manifest = parseManifest(body, version);
  if (httpVersion === "1.0" && manifest.protocolMode === "BIDI_STREAM") {
    throw new EngineError(
      `The endpoint at ${options.uri} wants to stream both ways (BIDI_STREAM), which HTTP/1.0 can't. Serve it over HTTP/2, or in request/response mode.`,
      { status: 500, restateCode: "META0015" },
    );
  }
  return { manifest, sdkVersion: single(headers["x-restate-server"]), useHttp11: httpVersion !== "2" };
}

async function requestUntilAnswered(options: DiscoverOptions): Promise<DiscoveryResponse> {
  let retryMs = options.firstRetryMs ?? FIRST_RETRY_MS;
  for (let attempt = 1; ; attempt += 1) {
    const response = await requestOnce(options);
    if (!RETRIED_STATUSES.has(response.status) || attempt === DISCOVERY_ATTEMPTS_MAX) return response;
    await wait(retryMs);
    retryMs *= 2;
  }
}

async function requestOnce(options: DiscoverOptions): Promise<DiscoveryResponse> {
  const { uri, useHttp11, additionalHeaders, clusterName, signer } = options;
  const url = new URL(`${uri.replace(/\/$/, "")}/discover`);
  try {
    return await requestDiscovery({
      url,
      useHttp11,
      timeoutMs: options.timeoutMs ?? DISCOVERY_TIMEOUT_MS,
      headers: {
        ...additionalHeaders,
        accept: MANIFEST_ACCEPT,
        "x-restate-cluster-name": clusterName,
        ...(await signer?.sign("/discover")),
      },
    });
  } catch (cause) {
    if (looksLikeHttp1(cause)) throw wrongHttpVersion(uri, cause);
    throw unreachable(uri, describe(cause), cause);
  }
}

/** What Node says when the answer to an HTTP/2 preface is not HTTP/2. */
function looksLikeHttp1(error: unknown): boolean {
  return codeOf(error) === "ERR_HTTP2_ERROR" || /^Parse Error/.test(describe(error));
}

function wrongHttpVersion(uri: string, cause: unknown): EngineError {
  return new EngineError(
    `The endpoint at ${uri} does not speak HTTP/2, perhaps HTTP/1.1 only. Register it with "use_http_11" set, or serve it over HTTP/2.`,
    { status: 500, restateCode: "META0014", cause },
  );
}

function unreachable(uri: string, what: string, cause?: unknown): EngineError {
  return new EngineError(
    `The endpoint at ${uri} can't be discovered: ${what}. Check that it runs and that this address reaches it.`,
    { status: 500, restateCode: "META0003", cause },
  );
}

const EXCERPT_CHARS_MAX = 300;

function excerptOf(body: string): string {
  const text = body.trim();
  return text === "" ? "" : ` and said ${JSON.stringify(text.slice(0, EXCERPT_CHARS_MAX))}`;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // What tries several addresses fails with one error around theirs.
  if (error.message === "" && error instanceof AggregateError) return error.errors.map(describe).join("; ");
  return error.message || (codeOf(error) ?? error.name);
}

function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === "string" ? code : undefined;
}

function single(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === "string" || header === undefined ? header : header[0];
}
