import { type Answer, isSuccess, type RequestKind, textOf, toAnswerError } from "./answer.ts";
import { TransportError } from "./errors.ts";
import type { HeaderMap } from "./headers.ts";
import { nextRetryDelay, type ResolvedRetryPolicy, type RetryFailure } from "./retry.ts";

/**
 * Requests to the ingress: attempts, timeouts, retries. How one attempt is carried
 * there and back is the exchange's.
 *
 * 1. A request that is not `repeatable` is made once, whatever the policy says.
 * 2. The caller's signal ends everything at once and is never retried.
 * 3. An attempt is over when its answer has arrived in full.
 */

export interface IngressRequest {
  readonly kind: RequestKind;
  /** For messages, for example `call of greeter/greet`. */
  readonly what: string;
  readonly method: "GET" | "POST";
  /** From the ingress's root on, with its query. */
  readonly path: string;
  readonly headers: HeaderMap;
  readonly body?: Uint8Array | undefined;
  /** Whether making it twice has the same effect as making it once. */
  readonly repeatable: boolean;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Resolves with a 2xx answer, rejects with one of the errors of `errors.ts`. */
export type Transport = (request: IngressRequest) => Promise<Answer>;

/** One attempt of a request, as it is carried. */
export interface ExchangeRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers: HeaderMap;
  /** Never empty. The caller may change it when the exchange has begun. */
  readonly body: Uint8Array | undefined;
  /** Breaks it off; it rejects then. */
  readonly signal: AbortSignal | undefined;
}

/** Carries one attempt to the ingress and back. Resolves with any answer, whatever its status. */
export type Exchange = (request: ExchangeRequest) => Promise<Answer>;

export interface TransportOptions {
  /** For messages. */
  readonly baseUrl: string;
  readonly exchange: Exchange;
  readonly retry: ResolvedRetryPolicy | undefined;
  readonly clock: Clock;
}

/** Time and chance between attempts, replaced in tests. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** Rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>;
}

/** Longer timers fire at once in every runtime. */
const TIMER_MAX_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(
        () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
        Math.min(ms, TIMER_MAX_MS),
      );
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
};

export function createTransport(options: TransportOptions): Transport {
  const { retry, clock } = options;
  return async (request) => {
    const startedAt = clock.now();
    for (let attempt = 0; ; attempt++) {
      request.signal?.throwIfAborted();
      const outcome = await makeAttempt(options, request, attempt);
      if (outcome.type === "answered") return outcome.answer;
      const delayMs =
        retry === undefined || !request.repeatable
          ? undefined
          : nextRetryDelay(retry, {
              failure: outcome.failure,
              attempt,
              startedAt,
              now: clock.now(),
              random: clock.random(),
            });
      if (delayMs === undefined) throw outcome.error;
      await clock.sleep(delayMs, request.signal);
    }
  };
}

type Outcome =
  | { readonly type: "answered"; readonly answer: Answer }
  | { readonly type: "failed"; readonly failure: RetryFailure; readonly error: Error };

/** Rejects only with the reason of the caller's signal. */
async function makeAttempt(
  options: TransportOptions,
  request: IngressRequest,
  attempt: number,
): Promise<Outcome> {
  const { kind, what, signal, timeoutMs } = request;
  const isLimited = signal !== undefined || timeoutMs !== undefined;
  const limit = isLimited ? limitAttempt(signal, timeoutMs) : undefined;
  try {
    const answer = await options.exchange({
      method: request.method,
      path: request.path,
      headers: new Map(request.headers).set("x-restateclient-retry-attempt", String(attempt + 1)),
      body: request.body?.length === 0 ? undefined : request.body,
      signal: limit?.signal,
    });
    if (isSuccess(answer)) return { type: "answered", answer };
    return {
      type: "failed",
      failure: toFailure(answer),
      error: toAnswerError(answer, kind, what),
    };
  } catch (cause) {
    signal?.throwIfAborted();
    const error = limit?.timedOut()
      ? new TransportError("timeout", `${what}: no answer within ${timeoutMs} ms`, {
          cause,
          hint: "It may still be running; attach to it, or repeat it with the same idempotency key.",
        })
      : new TransportError("network", `${what}: no answer from ${options.baseUrl}: ${reasonOf(cause)}`, {
          cause,
          hint: "Check that the server runs and that the url is the one of its ingress.",
        });
    return { type: "failed", failure: { kind: "network", error: cause }, error };
  } finally {
    limit?.release();
  }
}

interface AttemptLimit {
  readonly signal: AbortSignal;
  timedOut(): boolean;
  release(): void;
}

/** One signal of the caller's signal and the timeout. Keeps nothing on the caller's signal once released. */
function limitAttempt(signal: AbortSignal | undefined, timeoutMs: number | undefined): AttemptLimit {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  let timedOut = false;
  const onTimeout = (): void => {
    timedOut = true;
    controller.abort();
  };
  const timer =
    timeoutMs === undefined || timeoutMs > TIMER_MAX_MS ? undefined : setTimeout(onTimeout, timeoutMs);
  return {
    signal: controller.signal,
    timedOut: () => timedOut,
    release() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    },
  };
}

function toFailure(answer: Answer): RetryFailure {
  const text = textOf(answer);
  return {
    kind: "response",
    status: answer.status,
    headers: answer.headers,
    ...(text === "" ? {} : { body: text }),
  };
}

/** What `fetch` knows is often one level down: "fetch failed", caused by "connect ECONNREFUSED". */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return String(cause);
  const code = (cause as { code?: unknown }).code;
  return cause.message || (typeof code === "string" ? code : cause.name);
}
