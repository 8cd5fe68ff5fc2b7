import type { Link, LinkReader } from "../invocation/link.ts";
import { toErrorMessage } from "../journal/failure.ts";
import { createMessageDecoder, encodeMessages, type MessageDecoder } from "../protocol/codec.ts";
import type { Message } from "../protocol/messages.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";
import { type ProtocolVersion, toInvocationContentType } from "../protocol/versions.ts";
import type { BodyReader, EndpointRequest, EndpointResponse } from "./exchange.ts";
import { SERVER_HEADER } from "./version.ts";

/** The most bytes of one attempt's request, unless told otherwise. All of a journal is held in memory. */
export const REQUEST_BYTES_MAX: number = 1024 * 1024 * 1024;

export interface ByteLinkOptions {
  readonly request: EndpointRequest;
  readonly response: EndpointResponse;
  readonly version: ProtocolVersion;
  /** {@link REQUEST_BYTES_MAX} by default. */
  readonly requestBytesMax?: number | undefined;
  /** Payload bytes of one message; see `FRAME_BYTES_MAX`. */
  readonly frameBytesMax?: number | undefined;
  /** Called once, when nothing of the exchange is held any more. */
  readonly released: () => void;
}

/**
 * A link over one HTTP exchange.
 *
 * Owns: when bytes go out and when each direction ends. Does not own: what the
 * bytes mean (`protocol/`), nor where they come from (the adapters).
 *
 * 1. The response's head is sent at once if the exchange is bidirectional. If it
 *    is not, nothing is sent, and the attempt sees nothing, before the request
 *    has ended.
 * 2. The response ends only after the request was read to its end (protocol 1.4):
 *    what comes after the attempt's last message is read and dropped.
 * 3. What cannot be decoded or encoded ends the attempt with one Error message.
 *    Nothing is thrown at whoever calls.
 * 4. After a reset the attempt hears `abort`, and nothing is held any more.
 */
export class ByteLink implements Link, BodyReader {
  readonly #options: ByteLinkOptions;
  readonly #decoder: MessageDecoder;
  /** Until the attempt has ended. */
  #reader: LinkReader | undefined;
  /** Of a request that is not bidirectional, until it has ended. */
  #held: Message[] | undefined;
  /** Bytes for which the end of the response is waiting anyway. */
  #last: Uint8Array | undefined;
  #requestBytes = 0;
  /** How many messages of Start and the recorded journal have yet to be handed on. */
  #missing = 1;
  #headSent = false;
  #requestEnded = false;
  /** The attempt was told that nothing more will come. */
  #endTold = false;
  #released = false;
  /** The attempt should come to an end: see {@link suspend}. */
  #suspending = false;

  constructor(options: ByteLinkOptions) {
    this.#options = options;
    this.#decoder = createMessageDecoder({ version: options.version, frameBytesMax: options.frameBytesMax });
    this.#held = options.request.bidirectional ? undefined : [];
  }

  // ------------------------------------------------------------ the attempt's side

  open(reader: LinkReader): void {
    this.#reader = reader;
    if (this.#held === undefined) this.#sendHead();
    this.#options.request.read(this);
  }

  send(messages: readonly Message[]): void {
    if (this.#reader === undefined) return;
    let bytes: Uint8Array;
    try {
      bytes = encodeMessages(messages, this.#options.version);
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.#requestEnded && isLast(messages.at(-1))) this.#last = bytes;
    else this.#options.response.write(bytes);
  }

  close(): void {
    if (this.#reader === undefined) return;
    this.#reader = undefined;
    if (this.#requestEnded) this.#finish();
  }

  // ------------------------------------------------------------ the connection's side

  chunk(bytes: Uint8Array): void {
    if (this.#reader === undefined) return;
    try {
      this.#count(bytes.length);
      const messages = this.#decoder.push(bytes);
      if (this.#held === undefined) this.#deliver(messages);
      else for (const message of messages) this.#held.push(message);
    } catch (error) {
      this.#fail(error);
    }
  }

  end(): void {
    if (this.#released || this.#requestEnded) return;
    this.#requestEnded = true;
    this.#sendHead();
    if (this.#reader === undefined) {
      this.#finish();
      return;
    }
    try {
      this.#decoder.end();
      const held = this.#held ?? [];
      this.#held = undefined;
      this.#deliver(held);
      this.#tellEnd();
    } catch (error) {
      this.#fail(error);
    }
  }

  abort(reason: unknown): void {
    if (this.#released) return;
    const reader = this.#reader;
    this.#reader = undefined;
    this.#options.response.abort(reason);
    this.#release();
    reader?.abort(reason);
  }

  // ------------------------------------------------------------ the endpoint's side

  /**
   * Makes the attempt suspend as if the request had ended, so that the endpoint
   * can stop: at its next await that cannot be answered, and once its runs are done.
   */
  suspend(): void {
    if (this.#suspending || this.#requestEnded || this.#held !== undefined) return;
    this.#suspending = true;
    if (this.#missing === 0) this.#tellEnd();
  }

  #deliver(messages: readonly Message[]): void {
    for (const message of messages) {
      // A live notification after the end we pretended; it is in the journal next time.
      if (this.#endTold) return;
      if (this.#missing > 0)
        this.#missing = message.type === "Start" ? message.knownEntries : this.#missing - 1;
      this.#reader?.message(message);
      if (this.#suspending && this.#missing === 0) this.#tellEnd();
    }
  }

  #tellEnd(): void {
    if (this.#endTold) return;
    this.#endTold = true;
    this.#reader?.end();
  }

  #count(bytes: number): void {
    this.#requestBytes += bytes;
    const max = this.#options.requestBytesMax ?? REQUEST_BYTES_MAX;
    if (this.#requestBytes <= max) return;
    throw new ProtocolError(`The journal is larger than the ${max} bytes that this endpoint accepts`, {
      hint: "Split the work into several invocations, and pass references instead of large values.",
    });
  }

  /** The attempt ends here, with this error as its last message. */
  #fail(error: unknown): void {
    const reader = this.#reader;
    if (reader === undefined) return;
    this.#reader = undefined;
    this.#held = undefined;
    const bytes = encodeMessages([toErrorMessage({ error })], this.#options.version);
    if (this.#headSent) this.#options.response.write(bytes);
    else this.#last = bytes;
    if (this.#requestEnded) this.#finish();
    // Later, as it may be the attempt's own `send` that failed.
    queueMicrotask(() => reader.abort(error));
  }

  #sendHead(): void {
    if (this.#headSent) return;
    this.#headSent = true;
    const contentType = toInvocationContentType(this.#options.version);
    this.#options.response.head(200, { "content-type": contentType, ...SERVER_HEADER });
  }

  #finish(): void {
    if (this.#released) return;
    this.#options.response.end(this.#last);
    this.#release();
  }

  #release(): void {
    this.#released = true;
    this.#held = undefined;
    this.#last = undefined;
    this.#options.released();
  }
}

function isLast(message: Message | undefined): boolean {
  return message?.type === "End" || message?.type === "Suspension" || message?.type === "Error";
}
