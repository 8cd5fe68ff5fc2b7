import { FRAME_BYTES_MAX, toInvocationContentType } from "@perdure/sdk/internal";
import type { Clock } from "../clock/clock.ts";
import { attemptHeadersOf } from "./attempt-headers.ts";
import { HttpAttempt } from "./http-attempt.ts";
import type { ExchangeRequest, HttpTransport } from "./http-transport.ts";
import { IDLE_ATTEMPTS_MAX, IdleLimit } from "./idle-limit.ts";
import {
  type AttemptEvents,
  type AttemptRequest,
  INVOKER_CLOSE_GRACE_MS,
  type Invoker,
  type RunningAttempt,
} from "./invoker.ts";
import type { RequestSigner } from "./request-signer.ts";
import { RunningSet } from "./running-set.ts";

export interface HttpInvokerOptions {
  readonly clock: Clock;
  readonly transport: HttpTransport;
  /** What endpoints are told as `x-restate-cluster-name`. */
  readonly clusterName: string;
  /** Signs requests, if the engine has a key. */
  readonly signer?: RequestSigner | undefined;
  /** Payload bytes of one message; the protocol's default when absent. */
  readonly messageBytesMax?: number | undefined;
  /** Attempts with an open request; past it the one that was silent longest is asked to suspend. */
  readonly idleAttemptsMax?: number | undefined;
  /** {@link INVOKER_CLOSE_GRACE_MS} by default. */
  readonly closeGraceMs?: number | undefined;
}

/** Makes attempts at endpoints over HTTP, whichever version the transport speaks. */
export function createHttpInvoker(options: HttpInvokerOptions): Invoker {
  const { clock, transport, messageBytesMax = FRAME_BYTES_MAX } = options;
  const running = new RunningSet(clock, options.closeGraceMs ?? INVOKER_CLOSE_GRACE_MS);
  const idleLimit = new IdleLimit(options.idleAttemptsMax ?? IDLE_ATTEMPTS_MAX);
  return {
    start(request: AttemptRequest, events: AttemptEvents): RunningAttempt {
      const attempt: HttpAttempt = new HttpAttempt(request, events, {
        clock,
        transport,
        idleLimit,
        messageBytesMax,
        toExchangeRequest: (attemptRequest) => toExchangeRequest(attemptRequest, options),
        over: () => running.delete(attempt),
      });
      running.add(attempt);
      return attempt;
    },
    async close() {
      await running.close();
      transport.close();
    },
    get running() {
      return running.size;
    },
  };
}

/** Protocol sections 1.3 and 6. */
async function toExchangeRequest(
  request: AttemptRequest,
  { clusterName, signer }: HttpInvokerOptions,
): Promise<ExchangeRequest> {
  const { deployment, target, version } = request;
  if (deployment.place.type !== "http") throw new Error("The deployment has no address");
  const url = new URL(deployment.place.uri);
  const path = `/invoke/${target.service}/${target.handler}`;
  const contentType = toInvocationContentType(version);
  return {
    origin: url.origin,
    path: url.pathname.replace(/\/$/, "") + path,
    headers: {
      ...deployment.place.additionalHeaders,
      ...attemptHeadersOf(request),
      "content-type": contentType,
      accept: contentType,
      "x-restate-cluster-name": clusterName,
      ...(await signer?.sign(path)),
    },
  };
}
