import type { Message, ProtocolVersion } from "@perdure/sdk/internal";
import type { Clock } from "../clock/clock.ts";
import { BUSY_ATTEMPTS_MAX, BusyLimit, type Enterer } from "./busy-limit.ts";
import {
  type AttemptEvents,
  type AttemptRequest,
  type FailureOptions,
  type Invoker,
  isLastMessage,
  type RunningAttempt,
} from "./invoker.ts";

export interface LimitedInvokerOptions {
  readonly clock: Clock;
  /** {@link BUSY_ATTEMPTS_MAX} by default. */
  readonly busyAttemptsMax?: number | undefined;
}

/** Makes attempts as another invoker does, but not more at once than a limit allows; the others queue. */
export function createLimitedInvoker(inner: Invoker, options: LimitedInvokerOptions): Invoker {
  const limit = new BusyLimit(options.clock, options.busyAttemptsMax ?? BUSY_ATTEMPTS_MAX);
  return {
    start(request, events) {
      const attempt = new LimitedAttempt({ inner, limit, request, events });
      limit.enter(attempt);
      return attempt;
    },
    async close() {
      limit.close();
      await inner.close();
    },
    get running() {
      return inner.running + limit.queued;
    },
  };
}

interface LimitedAttemptOptions {
  readonly inner: Invoker;
  readonly limit: BusyLimit;
  readonly request: AttemptRequest;
  readonly events: AttemptEvents;
}

/** An attempt that may have to wait until it begins. */
class LimitedAttempt implements RunningAttempt, AttemptEvents, Enterer {
  readonly #options: LimitedAttemptOptions;
  #running: RunningAttempt | undefined;
  /** What came before it began. */
  #held: Message[] = [];
  #inputEnded = false;

  constructor(options: LimitedAttemptOptions) {
    this.#options = options;
  }

  begin(): void {
    const { inner, request } = this.#options;
    const running = inner.start(request, this);
    this.#running = running;
    for (const message of this.#held) running.feed(message);
    this.#held = [];
    if (this.#inputEnded) running.endInput();
  }

  feed(message: Message): void {
    if (this.#running === undefined) this.#held.push(message);
    else this.#running.feed(message);
  }

  endInput(): void {
    this.#inputEnded = true;
    this.#running?.endInput();
  }

  finish(): void {
    this.#leave();
    this.#running?.finish();
  }

  abort(reason: string): void {
    this.#leave();
    this.#running?.abort(reason);
  }

  started(): void {
    this.#options.events.started();
  }

  messages(messages: readonly Message[], stored?: () => void): void {
    const { request, events } = this.#options;
    const last = messages.at(-1);
    if (isLastMessage(last) || saysThatItWaits(last, request.version)) this.#leave();
    events.messages(messages, stored);
  }

  failed(failure: Parameters<AttemptEvents["failed"]>[0], options: FailureOptions): void {
    this.#leave();
    this.#options.events.failed(failure, options);
  }

  #leave(): void {
    this.#options.limit.leave(this);
  }
}

/**
 * From version 7 on handlers say it. Before, a command that others complete is the
 * best sign there is; one that goes on all the same counts too little, which harms
 * nobody.
 */
function saysThatItWaits(last: Message | undefined, version: ProtocolVersion): boolean {
  if (last?.type === "AwaitingOn") return !last.executingSideEffects;
  return version < 7 && last !== undefined && COMPLETED_BY_OTHERS.has(last.type);
}

const COMPLETED_BY_OTHERS: ReadonlySet<Message["type"]> = new Set([
  "Sleep",
  "Call",
  "GetPromise",
  "AttachInvocation",
]);
