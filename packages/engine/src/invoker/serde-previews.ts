import { answerPreview, type BoundEndpoint, findPreviewSerde } from "@perdure/sdk/internal";
import type { Clock } from "../clock/clock.ts";
import type { PreviewAnswer, PreviewRequest } from "../engine-api.ts";
import type { DeploymentInfo } from "../registry/service-info.ts";
import {
  describeNetworkError,
  type ExchangeRequest,
  type HttpTransport,
  headerOf,
  type ResponseHeaders,
} from "./http-transport.ts";
import type { RequestSigner } from "./request-signer.ts";

/** How long an endpoint may take to show a value. */
export const PREVIEW_TIMEOUT_MS = 10_000;

/** The most bytes of a shown value. */
export const PREVIEW_BYTES_MAX: number = 32 * 1024 * 1024;

export interface PreviewOptions {
  readonly clock: Clock;
  /** Absent in an engine that has no services of its own. */
  readonly endpoint: BoundEndpoint | undefined;
  readonly http1: HttpTransport;
  readonly http2: HttpTransport;
  readonly clusterName: string;
  readonly signer: RequestSigner | undefined;
  /** {@link PREVIEW_TIMEOUT_MS} by default. */
  readonly timeoutMs?: number | undefined;
  /** {@link PREVIEW_BYTES_MAX} by default. */
  readonly bytesMax?: number | undefined;
}

export type Previewer = (deployment: DeploymentInfo, request: PreviewRequest) => Promise<PreviewAnswer>;

/**
 * Shows and reads values by the serdes of services, wherever these are: previews,
 * protocol section 1. What an endpoint answers is passed on as it is; one that
 * does not answer counts as 502.
 */
export function createPreviewer(options: PreviewOptions): Previewer {
  return async (deployment, request) => {
    if (deployment.place.type === "inProcess") return await previewHere(options.endpoint, request);
    try {
      return await previewThere(deployment, request, options);
    } catch (error) {
      const what = describeNetworkError(error);
      return refuse(502, `The endpoint at ${deployment.place.uri} did not show the value: ${what}`);
    }
  };
}

async function previewHere(
  endpoint: BoundEndpoint | undefined,
  { service, serde, operation, body }: PreviewRequest,
): Promise<PreviewAnswer> {
  const bound = endpoint?.services.get(service);
  const found = bound === undefined ? undefined : findPreviewSerde(bound, serde);
  if (found === undefined) return refuse(404, `No serde "${serde}" with a preview in service "${service}"`);
  return await answerPreview(found, operation, body);
}

async function previewThere(
  deployment: DeploymentInfo,
  request: PreviewRequest,
  options: PreviewOptions,
): Promise<PreviewAnswer> {
  const { place } = deployment;
  if (place.type !== "http") throw new Error("the deployment has no address");
  const url = new URL(place.uri);
  const serde = request.serde.split("/").map(encodeURIComponent).join("/");
  const path = `/serdes/${request.service}/${request.operation}/${serde}`;
  return await exchange(
    place.useHttp11 ? options.http1 : options.http2,
    {
      origin: url.origin,
      path: url.pathname.replace(/\/$/, "") + path,
      headers: {
        ...place.additionalHeaders,
        "x-restate-serdes-protocol": "v1",
        "x-restate-cluster-name": options.clusterName,
        ...(await options.signer?.sign(path)),
      },
    },
    request.body,
    options,
  );
}

function exchange(
  transport: HttpTransport,
  request: ExchangeRequest,
  sent: Uint8Array,
  { clock, timeoutMs = PREVIEW_TIMEOUT_MS, bytesMax = PREVIEW_BYTES_MAX }: PreviewOptions,
): Promise<PreviewAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    let head: { readonly status: number; readonly headers: ResponseHeaders } | undefined;
    const stopTimer = clock.setTimer(clock.now() + timeoutMs, () => {
      breakOff(`it took longer than ${timeoutMs} ms`);
    });
    const breakOff = (why: string): void => {
      stopTimer();
      open.reset();
      reject(new Error(why));
    };
    const open = transport.open(request, {
      opened() {
        open.write(sent);
        open.end();
      },
      drained() {},
      head(status, headers) {
        head = { status, headers };
      },
      chunk(chunk) {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > bytesMax) breakOff(`its answer has more than ${bytesMax} bytes`);
      },
      end() {
        stopTimer();
        const contentType = head && headerOf(head.headers, "content-type");
        resolve({ status: head?.status ?? 502, contentType, body: Buffer.concat(chunks) });
      },
      lost(error) {
        stopTimer();
        reject(error);
      },
    });
  });
}

function refuse(status: number, message: string): PreviewAnswer {
  const body = new TextEncoder().encode(JSON.stringify({ message }));
  return { status, contentType: "application/json", body };
}
