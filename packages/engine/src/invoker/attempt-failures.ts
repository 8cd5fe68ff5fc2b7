import type { AttemptFailure } from "../state-machine/records.ts";
import type { FailureOptions } from "./invoker.ts";

/**
 * How an attempt fails without having said so itself: which of the server's codes
 * that has. Protocol sections 1.3 and 4. All of it is retried.
 */
export interface FailedAttempt {
  readonly failure: Omit<AttemptFailure, "atMs">;
  readonly options: FailureOptions;
}

const INTERNAL_ERROR = 500;
const PROTOCOL_VIOLATION = 571;

function failed(
  restateCode: string,
  message: string,
  options: { readonly code?: number } & Partial<FailureOptions> = {},
): FailedAttempt {
  const { code = INTERNAL_ERROR, nextRetryDelayMs, countsForHandler = true } = options;
  return { failure: { code, message, restateCode }, options: { nextRetryDelayMs, countsForHandler } };
}

export function abortTimeoutPassed(abortTimeoutMs: number): FailedAttempt {
  return failed(
    "RT0001",
    `The attempt did not end within ${abortTimeoutMs} ms after it was asked to suspend. If a step takes longer, raise the handler's abortTimeout or inactivityTimeout.`,
  );
}

export function messageTooLarge(what: string): FailedAttempt {
  return failed("RT0003", what);
}

/** What the endpoint's author provided does not work. */
export function handlerFailed(what: string): FailedAttempt {
  return failed("RT0007", what);
}

export function networkFailed(where: string, what: string): FailedAttempt {
  return failed("RT0010", `The connection to ${where} failed: ${what}.`);
}

export function handlerMissing(target: string): FailedAttempt {
  return failed(
    "RT0011",
    `This process has no handler ${target} any more. Serve it again, or cancel the invocation.`,
    {
      countsForHandler: false,
    },
  );
}

export function protocolViolated(what: string): FailedAttempt {
  return failed("RT0012", what, { code: PROTOCOL_VIOLATION });
}

/** The journal holds what this protocol version has no bytes for, such as a failure's metadata before v6. */
export function journalNotEncodable(what: string): FailedAttempt {
  return failed("RT0014", `The journal can't be sent: ${what}`, { countsForHandler: false });
}

export interface RefusedResponse {
  readonly where: string;
  readonly status: number;
  /** The beginning of the body. */
  readonly body: string;
  readonly retryAfterMs: number | undefined;
}

/** An answer whose status is not 200. */
export function responseRefused({ where, status, body, retryAfterMs }: RefusedResponse): FailedAttempt {
  const said = body.trim() === "" ? "" : `: ${body.trim()}`;
  const message = `${where} answered the attempt with status ${status}${said}`;
  switch (status) {
    case 413:
      return failed("RT0019", message, { code: status });
    case 415:
      return failed("RT0015", message, { code: status, countsForHandler: false });
    case 429:
      return failed("RT0023", message, { nextRetryDelayMs: retryAfterMs });
    case 503:
      return failed("RT0010", message, { nextRetryDelayMs: retryAfterMs });
    case 502:
    case 504:
      return failed("RT0010", message);
    default:
      return failed("RT0012", message);
  }
}
