import {
  type BoundEndpoint,
  type JournalInspector,
  type JournalValueCodec,
  nodeRuntime,
  type Runtime,
} from "@perdure/sdk/internal";
import type { Clock } from "../clock/clock.ts";
import { IDLE_ATTEMPTS_MAX, IdleLimit } from "./idle-limit.ts";
import { InProcessAttempt } from "./in-process-attempt.ts";
import {
  type AttemptEvents,
  type AttemptRequest,
  INVOKER_CLOSE_GRACE_MS,
  type Invoker,
  type RunningAttempt,
} from "./invoker.ts";
import { RunningSet } from "./running-set.ts";

export interface InProcessInvokerOptions {
  /** What this process serves. */
  readonly endpoint: BoundEndpoint;
  readonly clock: Clock;
  /** {@link IDLE_ATTEMPTS_MAX} by default. */
  readonly idleAttemptsMax?: number | undefined;
  /** {@link INVOKER_CLOSE_GRACE_MS} by default. */
  readonly closeGraceMs?: number | undefined;
  /** What differs from Node's runtime on this clock; for tests. */
  readonly runtime?: Partial<Runtime> | undefined;
  /** Who looks into the journals of attempts; for tests. */
  readonly inspect?: ((request: AttemptRequest) => JournalInspector) | undefined;
}

/**
 * Makes attempts in this process: messages are handed across as objects, there
 * are no bytes and no sockets.
 */
export function createInProcessInvoker(options: InProcessInvokerOptions): Invoker {
  const { endpoint, clock } = options;
  const running = new RunningSet(clock, options.closeGraceMs ?? INVOKER_CLOSE_GRACE_MS);
  const idleLimit = new IdleLimit(options.idleAttemptsMax ?? IDLE_ATTEMPTS_MAX);
  const codec = lazyCodec(endpoint.journalValueCodecProvider);
  const runtime: Runtime = {
    ...nodeRuntime,
    now: clock.now,
    startTimer: (delayMs, fire) => clock.setTimer(clock.now() + delayMs, fire),
    ...options.runtime,
  };
  return {
    start(request: AttemptRequest, events: AttemptEvents): RunningAttempt {
      const attempt: InProcessAttempt = new InProcessAttempt(request, events, {
        endpoint,
        clock,
        runtime,
        idleLimit,
        codec,
        inspect: options.inspect,
        over: () => running.delete(attempt),
      });
      running.add(attempt);
      return attempt;
    },
    close: () => running.close(),
    get running() {
      return running.size;
    },
  };
}

/** Made once, with the first attempt that needs it; a failure is not remembered. */
function lazyCodec(
  provider: (() => Promise<JournalValueCodec>) | undefined,
): (() => Promise<JournalValueCodec>) | undefined {
  if (provider === undefined) return undefined;
  let codec: Promise<JournalValueCodec> | undefined;
  return () => {
    codec ??= provider().catch((error: unknown) => {
      codec = undefined;
      throw error;
    });
    return codec;
  };
}
