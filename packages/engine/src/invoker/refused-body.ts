import type { Clock } from "../clock/clock.ts";
import { type FailedAttempt, responseRefused } from "./attempt-failures.ts";
import { parseRetryAfter } from "./retry-after.ts";

/** How much of a refusal's body is shown. */
const BODY_BYTES_MAX = 2048;

/** How long a refusal's body may take. */
const BODY_TIMEOUT_MS = 1000;

export interface RefusedBodyOptions {
  readonly where: string;
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly clock: Clock;
  /** Called at most once: the body is long enough, or takes too long. */
  readonly complete: (failure: FailedAttempt) => void;
}

/** Why an endpoint refused an attempt: the beginning of what it says, which a reader of logs wants to see. */
export class RefusedBody {
  readonly #options: RefusedBodyOptions;
  readonly #chunks: Uint8Array[] = [];
  readonly #stopTimer: () => void;
  #bytes = 0;

  constructor(options: RefusedBodyOptions) {
    this.#options = options;
    const { clock, complete } = options;
    this.#stopTimer = clock.setTimer(clock.now() + BODY_TIMEOUT_MS, () => complete(this.toFailure()));
  }

  push(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes < BODY_BYTES_MAX) return;
    this.stop();
    this.#options.complete(this.toFailure());
  }

  toFailure(): FailedAttempt {
    const { where, status, retryAfter, clock } = this.#options;
    const body = Buffer.concat(this.#chunks).toString("utf8", 0, BODY_BYTES_MAX);
    return responseRefused({ where, status, body, retryAfterMs: parseRetryAfter(retryAfter, clock.now()) });
  }

  stop(): void {
    this.#stopTimer();
  }
}
