import {
  type BoundEndpoint,
  type BoundHandler,
  CodecLink,
  type JournalInspector,
  type JournalValueCodec,
  type Link,
  type LinkReader,
  type Message,
  type Runtime,
  startAttempt,
} from "@perdure/sdk/internal";
import type { Clock } from "../clock/clock.ts";
import { describeTarget } from "../state-machine/records.ts";
import {
  abortTimeoutPassed,
  type FailedAttempt,
  handlerFailed,
  handlerMissing,
  protocolViolated,
} from "./attempt-failures.ts";
import { attemptHeadersOf } from "./attempt-headers.ts";
import { AttemptTimer } from "./attempt-timer.ts";
import type { IdleLimit } from "./idle-limit.ts";
import { type AttemptEvents, type AttemptRequest, isLastMessage, type RunningAttempt } from "./invoker.ts";

/** What all attempts in this process share. */
export interface InProcessSurroundings {
  readonly endpoint: BoundEndpoint;
  readonly clock: Clock;
  readonly runtime: Runtime;
  readonly idleLimit: IdleLimit;
  /** `undefined`: payloads are stored as they are. */
  readonly codec: (() => Promise<JournalValueCodec>) | undefined;
  readonly inspect: ((request: AttemptRequest) => JournalInspector) | undefined;
  /** Called once, when the attempt has no events any more. */
  readonly over: () => void;
}

const settled: Promise<void> = Promise.resolve();

/**
 * One attempt over an in-process link: it is the link, seen from the handler.
 *
 * 1. What the handler sends in one go reaches the engine as one batch, after the
 *    handler's code has come to rest, so never from within a call of the engine.
 */
export class InProcessAttempt implements RunningAttempt, Link {
  readonly #request: AttemptRequest;
  readonly #events: AttemptEvents;
  readonly #surroundings: InProcessSurroundings;
  #reader: LinkReader | undefined;
  #timer: AttemptTimer | undefined;
  /** What came before the handler could be reached. */
  #held: Message[] = [];
  #outgoing: Message[] = [];
  #flushing = false;
  #inputEnded = false;
  #handlerClosed = false;
  #terminated = false;
  #over = false;

  constructor(request: AttemptRequest, events: AttemptEvents, surroundings: InProcessSurroundings) {
    this.#request = request;
    this.#events = events;
    this.#surroundings = surroundings;
    // A timeout of 0 asks for an attempt that never waits. Protocol section 1.4.
    this.#inputEnded = request.handler.options.inactivityTimeoutMs === 0;
    settled.then(() => this.#begin());
  }

  // ------------------------------------------------------------ the engine's side

  feed(message: Message): void {
    if (this.#over || this.#inputEnded) return;
    if (this.#reader === undefined) {
      this.#held.push(message);
      return;
    }
    this.#timer?.sent();
    this.#reader.message(message);
  }

  endInput(): void {
    if (this.#over || this.#inputEnded) return;
    this.#inputEnded = true;
    this.#tellEnd();
  }

  finish(): void {
    this.#end();
  }

  abort(reason: string): void {
    if (this.#over) return;
    this.#end();
    this.#reader?.abort(new Error(reason));
  }

  // ------------------------------------------------------------ the handler's side

  open(reader: LinkReader): void {
    this.#reader = reader;
    const { start, entries, handler } = this.#request;
    const { inactivityTimeoutMs, abortTimeoutMs } = handler.options;
    this.#timer = new AttemptTimer({
      clock: this.#surroundings.clock,
      inactivityTimeoutMs,
      abortTimeoutMs,
      inactive: () => this.endInput(),
      overdue: () => this.#fail(abortTimeoutPassed(abortTimeoutMs)),
    });
    reader.message(start);
    for (let index = 0; index < start.knownEntries; index += 1) {
      const entry = entries[index];
      if (entry !== undefined) reader.message(entry);
    }
    for (const message of this.#held) reader.message(message);
    this.#held = [];
    if (this.#inputEnded) this.#tellEnd();
  }

  send(messages: readonly Message[]): void {
    if (this.#over) return;
    for (const message of messages) this.#outgoing.push(message);
    this.#flushSoon();
  }

  close(): void {
    if (this.#over) return;
    this.#handlerClosed = true;
    this.#flushSoon();
  }

  // ------------------------------------------------------------ inside

  #begin(): void {
    if (this.#over) return;
    const handler = this.#findHandler();
    if (handler === undefined) {
      this.#fail(handlerMissing(describeTarget(this.#request.target)));
      return;
    }
    this.#events.started();
    const { codec } = this.#surroundings;
    if (codec === undefined) this.#startHandler(handler, undefined);
    else {
      codec().then(
        (loaded) => this.#startHandler(handler, loaded),
        (error: unknown) =>
          this.#fail(handlerFailed(`The journal value codec can't be made: ${String(error)}`)),
      );
    }
  }

  #findHandler(): BoundHandler | undefined {
    const { service, handler } = this.#request.target;
    return this.#surroundings.endpoint.services.get(service)?.handlers.get(handler);
  }

  #startHandler(handler: BoundHandler, codec: JournalValueCodec | undefined): void {
    if (this.#over) return;
    const { endpoint, runtime } = this.#surroundings;
    startAttempt({
      handler,
      version: this.#request.version,
      link: codec === undefined ? this : new CodecLink(this, codec),
      attemptHeaders: () => new Map(Object.entries(attemptHeadersOf(this.#request))),
      extraArgs: [],
      runtime,
      logger: endpoint.logger,
      comparePayloads: codec === undefined,
      inspector: this.#surroundings.inspect?.(this.#request),
    });
  }

  #tellEnd(): void {
    if (this.#reader === undefined || this.#terminated) return;
    this.#surroundings.idleLimit.busy(this);
    this.#timer?.inputEnded();
    this.#reader.end();
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    settled.then(() => this.#flush());
  }

  #flush(): void {
    this.#flushing = false;
    if (this.#over || this.#terminated) return;
    const messages = this.#outgoing;
    this.#outgoing = [];
    if (messages.length > 0) this.#deliver(messages);
    if (this.#handlerClosed && !this.#terminated) {
      this.#fail(protocolViolated("The attempt ended without saying how"));
    }
  }

  #deliver(messages: readonly Message[]): void {
    const last = messages.at(-1);
    this.#timer?.received();
    if (isLastMessage(last)) {
      this.#terminated = true;
      this.#timer?.stop();
      this.#surroundings.idleLimit.busy(this);
    }
    this.#events.messages(messages);
    if (this.#over || this.#terminated || this.#inputEnded) return;
    if (last?.type === "AwaitingOn" && !last.executingSideEffects) this.#surroundings.idleLimit.idle(this);
    else this.#surroundings.idleLimit.busy(this);
  }

  #fail({ failure, options }: FailedAttempt): void {
    if (this.#over || this.#terminated) return;
    const reader = this.#reader;
    this.#end();
    this.#events.failed(failure, options);
    reader?.abort(new Error(failure.message));
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer?.stop();
    this.#surroundings.idleLimit.busy(this);
    this.#outgoing = [];
    this.#held = [];
    this.#surroundings.over();
  }
}
