import { isCommand, type Message, toInvocationContentType } from "@perdure/sdk/internal";
import type { Clock } from "../clock/clock.ts";
import {
  abortTimeoutPassed,
  type FailedAttempt,
  journalNotEncodable,
  networkFailed,
  protocolViolated,
} from "./attempt-failures.ts";
import { AttemptTimer } from "./attempt-timer.ts";
import {
  describeNetworkError,
  type ExchangeReader,
  type ExchangeRequest,
  type HttpExchange,
  type HttpTransport,
  headerOf,
  type ResponseHeaders,
} from "./http-transport.ts";
import type { IdleLimit } from "./idle-limit.ts";
import { Inbox } from "./inbox.ts";
import { type AttemptEvents, type AttemptRequest, isLastMessage, type RunningAttempt } from "./invoker.ts";
import { Outbox } from "./outbox.ts";
import { RefusedBody } from "./refused-body.ts";

/** How long a response is read to its end after the attempt is over. Protocol section 1.4. */
export const DRAIN_TIMEOUT_MS = 5000;

/** What all attempts over HTTP share. */
export interface HttpSurroundings {
  readonly clock: Clock;
  readonly transport: HttpTransport;
  readonly idleLimit: IdleLimit;
  readonly messageBytesMax: number;
  /** The request, signed if the engine has a key. */
  readonly toExchangeRequest: (request: AttemptRequest) => Promise<ExchangeRequest>;
  /** Called once, when the attempt has no events any more. */
  readonly over: () => void;
}

/**
 * One attempt over one HTTP request and its response.
 *
 * Owns: what goes out when, and how either direction ends. Does not own: bytes
 * (`inbox.ts`, `outbox.ts`), connections (the transports).
 *
 * 1. Start and the journal go out at once, without waiting for the response's
 *    head. Then the request stays open for notifications, or ends, if the endpoint
 *    can't take any. Protocol section 1.4.
 * 2. After the last message the request ends at once; the response is read for
 *    {@link DRAIN_TIMEOUT_MS} more, and dropped.
 */
export class HttpAttempt implements RunningAttempt, ExchangeReader {
  readonly #request: AttemptRequest;
  readonly #events: AttemptEvents;
  readonly #surroundings: HttpSurroundings;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox;
  #where = "the endpoint";
  #exchange: HttpExchange | undefined;
  #timer: AttemptTimer | undefined;
  #opened = false;
  #blocked = false;
  #headSeen = false;
  #refused: RefusedBody | undefined;
  /** Nothing more will be sent than what waits already. */
  #inputEnded: boolean;
  #requestEnded = false;
  #terminated = false;
  #over = false;
  /** The response has ended, or was broken off. */
  #closed = false;
  #clearDrain: (() => void) | undefined;

  constructor(request: AttemptRequest, events: AttemptEvents, surroundings: HttpSurroundings) {
    const { deployment, handler, version } = request;
    this.#request = request;
    this.#events = events;
    this.#surroundings = surroundings;
    this.#outbox = new Outbox(version);
    this.#inbox = new Inbox({
      version,
      messageBytesMax: surroundings.messageBytesMax,
      knownCommands: request.entries.slice(0, request.start.knownEntries).filter(isCommand).length,
    });
    this.#inputEnded = !deployment.bidirectional || handler.options.inactivityTimeoutMs === 0;
    surroundings.toExchangeRequest(request).then(
      (exchangeRequest) => this.#open(exchangeRequest),
      (error: unknown) => this.#fail(networkFailed(this.#where, describeNetworkError(error))),
    );
  }

  // ------------------------------------------------------------ the engine's side

  feed(message: Message): void {
    if (this.#over || this.#inputEnded || this.#terminated) return;
    this.#outbox.push(this.#inbox.toEndpoint(message));
    this.#pump();
  }

  endInput(): void {
    if (this.#over || this.#inputEnded) return;
    this.#inputEnded = true;
    this.#tellEnd();
    this.#pump();
  }

  finish(): void {
    if (this.#over) return;
    this.#end();
    if (!this.#terminated) this.#reset();
  }

  abort(): void {
    this.#end();
    this.#reset();
  }

  // ------------------------------------------------------------ the connection's side

  opened(): void {
    if (this.#over) return;
    this.#opened = true;
    const { handler, start, entries } = this.#request;
    const { inactivityTimeoutMs, abortTimeoutMs } = handler.options;
    this.#events.started();
    if (this.#over) return;
    this.#timer = new AttemptTimer({
      clock: this.#surroundings.clock,
      inactivityTimeoutMs,
      abortTimeoutMs,
      inactive: () => this.endInput(),
      overdue: () => this.#fail(abortTimeoutPassed(abortTimeoutMs), { drain: true }),
    });
    this.#outbox.prepend([start, ...entries.slice(0, start.knownEntries)]);
    if (this.#inputEnded) this.#tellEnd();
    else this.#surroundings.idleLimit.idle(this);
    this.#pump();
  }

  drained(): void {
    this.#blocked = false;
    this.#pump();
  }

  head(status: number, headers: ResponseHeaders): void {
    this.#headSeen = true;
    if (this.#over) return;
    const expected = toInvocationContentType(this.#request.version);
    const contentType = headerOf(headers, "content-type");
    if (status !== 200) this.#refuse(status, headers);
    else if (contentType !== expected) {
      this.#fail(
        protocolViolated(
          `${this.#where} answered the attempt with the content type ${contentType ?? "(none)"}, not ${expected}`,
        ),
      );
    }
  }

  chunk(bytes: Uint8Array): void {
    if (this.#over || this.#terminated) return;
    if (this.#refused !== undefined) {
      this.#refused.push(bytes);
      return;
    }
    const { messages, acks, failure } = this.#inbox.push(bytes);
    if (messages.length > 0) this.#deliver(messages, acks);
    if (failure !== undefined) this.#fail(failure);
  }

  end(): void {
    this.#close();
    if (this.#over || this.#terminated) return;
    if (this.#refused !== undefined) this.#fail(this.#refused.toFailure());
    else if (this.#headSeen) this.#fail(this.#inbox.end());
    else this.#fail(networkFailed(this.#where, "it ended without a response"));
  }

  lost(error: unknown): void {
    this.#close();
    if (this.#over || this.#terminated) return;
    this.#fail(this.#refused?.toFailure() ?? networkFailed(this.#where, describeNetworkError(error)));
  }

  // ------------------------------------------------------------ inside

  #open(request: ExchangeRequest): void {
    if (this.#over) return;
    this.#where = request.origin + request.path;
    this.#exchange = this.#surroundings.transport.open(request, this);
  }

  #tellEnd(): void {
    this.#surroundings.idleLimit.busy(this);
    this.#timer?.inputEnded();
  }

  /** Sends as much as the connection takes. */
  #pump(): void {
    if (!this.#opened || this.#blocked || this.#requestEnded || this.#closed) return;
    while (!this.#outbox.isEmpty) {
      let bytes: Uint8Array;
      try {
        bytes = this.#outbox.takeBytes();
      } catch (error) {
        const what = error instanceof Error ? error.message : String(error);
        // Later, as the engine may be calling.
        this.#outbox.clear();
        queueMicrotask(() => this.#fail(journalNotEncodable(what)));
        return;
      }
      this.#timer?.sent();
      if (this.#exchange?.write(bytes) === false) {
        this.#blocked = true;
        return;
      }
    }
    if (this.#inputEnded) this.#endRequest();
    else this.#surroundings.idleLimit.idle(this);
  }

  #endRequest(): void {
    if (this.#requestEnded) return;
    this.#requestEnded = true;
    this.#exchange?.end();
  }

  #deliver(messages: readonly Message[], acks: readonly number[]): void {
    this.#timer?.received();
    if (isLastMessage(messages.at(-1))) {
      this.#terminated = true;
      this.#letGo();
      this.#drain();
    } else if (!this.#inputEnded) this.#surroundings.idleLimit.idle(this);
    if (acks.length === 0) this.#events.messages(messages);
    else this.#events.messages(messages, () => this.#acknowledge(acks));
  }

  /** Protocol section 2.1. */
  #acknowledge(acks: readonly number[]): void {
    for (const commandIndex of acks) this.feed({ type: "CommandAck", commandIndex });
  }

  #refuse(status: number, headers: ResponseHeaders): void {
    const { clock } = this.#surroundings;
    this.#endRequest();
    this.#refused = new RefusedBody({
      where: this.#where,
      status,
      retryAfter: headerOf(headers, "retry-after"),
      clock,
      complete: (failure) => this.#fail(failure),
    });
  }

  #fail({ failure, options }: FailedAttempt, { drain = false }: { readonly drain?: boolean } = {}): void {
    if (this.#over || this.#terminated) return;
    this.#end();
    if (drain) this.#drain();
    else this.#reset();
    this.#events.failed(failure, options);
  }

  /** Nothing more goes out; what comes in is dropped; after a while the stream is broken off. */
  #drain(): void {
    this.#endRequest();
    if (this.#closed) return;
    const { clock } = this.#surroundings;
    this.#clearDrain = clock.setTimer(clock.now() + DRAIN_TIMEOUT_MS, () => this.#reset());
  }

  #reset(): void {
    if (this.#closed) return;
    this.#close();
    this.#exchange?.reset();
  }

  #close(): void {
    this.#closed = true;
    this.#clearDrain?.();
    this.#refused?.stop();
  }

  #letGo(): void {
    this.#timer?.stop();
    this.#surroundings.idleLimit.busy(this);
    this.#outbox.clear();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#letGo();
    this.#surroundings.over();
  }
}
