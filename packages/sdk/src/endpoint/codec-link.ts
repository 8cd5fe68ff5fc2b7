import type { JournalValueCodec } from "../definition/journal-value-codec.ts";
import type { Link, LinkReader } from "../invocation/link.ts";
import { toErrorMessage } from "../journal/failure.ts";
import type { Message } from "../protocol/messages.ts";
import { decodeValues, encodeValues } from "./journal-values.ts";

/**
 * A link whose values pass through a journal codec on their way.
 *
 * 1. Decoding takes time, the order of messages stays: each one waits for those
 *    before it. `abort` does not wait.
 * 2. A codec that throws ends the attempt with one Error message, as every
 *    failure that is not the handler's.
 */
export class CodecLink implements Link, LinkReader {
  readonly #inner: Link;
  readonly #codec: JournalValueCodec;
  #reader: LinkReader | undefined;
  /** What waits for a message before it; `undefined` stands for the end. */
  #waiting: (Message | undefined)[] = [];
  #decoding = false;

  constructor(inner: Link, codec: JournalValueCodec) {
    this.#inner = inner;
    this.#codec = codec;
  }

  open(reader: LinkReader): void {
    this.#reader = reader;
    this.#inner.open(this);
  }

  send(messages: readonly Message[]): void {
    if (this.#reader === undefined) return;
    let encoded: readonly Message[];
    try {
      encoded = messages.map((message) => encodeValues(message, this.#codec));
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#inner.send(encoded);
  }

  close(): void {
    if (this.#reader === undefined) return;
    this.#reader = undefined;
    this.#waiting = [];
    this.#inner.close();
  }

  message(message: Message): void {
    this.#take(message);
  }

  end(): void {
    this.#take(undefined);
  }

  abort(reason: unknown): void {
    const reader = this.#reader;
    this.#reader = undefined;
    this.#waiting = [];
    reader?.abort(reason);
  }

  #take(next: Message | undefined): void {
    if (this.#decoding) {
      this.#waiting.push(next);
      return;
    }
    try {
      this.#step(next);
    } catch (error) {
      this.#fail(error);
    }
  }

  #step(next: Message | undefined): void {
    if (next === undefined) {
      this.#reader?.end();
      return;
    }
    const decoded = decodeValues(next, this.#codec);
    if (decoded === undefined) {
      this.#reader?.message(next);
      return;
    }
    this.#decoding = true;
    decoded.then(
      (message) => {
        this.#decoding = false;
        this.#reader?.message(message);
        while (!this.#decoding && this.#waiting.length > 0) this.#take(this.#waiting.shift());
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #fail(error: unknown): void {
    const reader = this.#reader;
    if (reader === undefined) return;
    this.#reader = undefined;
    this.#waiting = [];
    this.#inner.send([toErrorMessage({ error })]);
    this.#inner.close();
    // Later, as it may be the attempt's own `send` that failed.
    queueMicrotask(() => reader.abort(error));
  }
}
