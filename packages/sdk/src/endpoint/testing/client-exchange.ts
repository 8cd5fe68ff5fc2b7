import { createMessageDecoder } from "../../protocol/codec.ts";
import type { Message } from "../../protocol/messages.ts";
import type { ProtocolVersion } from "../../protocol/versions.ts";
import { concat } from "../body.ts";

export interface Head {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The client's side of one exchange: what a test writes, and what comes back. */
export interface ClientExchange {
  write(bytes: Uint8Array): void;
  end(): void;
  /** Breaks the connection in the middle. */
  reset(): void;
  readonly response: Incoming;
}

/** A response as it arrives. */
export class Incoming {
  readonly head: Promise<Head>;
  readonly ended: Promise<void>;
  #chunks: Uint8Array[] = [];
  #size = 0;
  #isEnded = false;
  #wake: (() => void)[] = [];
  #resolveHead: (head: Head) => void = () => {};
  #rejectHead: (reason: unknown) => void = () => {};
  #resolveEnded: () => void = () => {};
  #rejectEnded: (reason: unknown) => void = () => {};

  constructor() {
    this.head = new Promise((resolve, reject) => {
      this.#resolveHead = resolve;
      this.#rejectHead = reject;
    });
    this.ended = new Promise((resolve, reject) => {
      this.#resolveEnded = resolve;
      this.#rejectEnded = reject;
    });
    // A test need not look at both.
    this.head.catch(() => {});
    this.ended.catch(() => {});
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  onHead(head: Head): void {
    this.#resolveHead(head);
  }

  onChunk(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#size += bytes.length;
    for (const wake of this.#wake.splice(0)) wake();
  }

  onEnd(): void {
    this.#isEnded = true;
    this.#resolveEnded();
    for (const wake of this.#wake.splice(0)) wake();
  }

  onError(reason: unknown): void {
    this.#rejectHead(reason);
    this.#rejectEnded(reason);
    for (const wake of this.#wake.splice(0)) wake();
  }

  bytes(): Uint8Array {
    return concat(this.#chunks, this.#size);
  }

  async json(): Promise<unknown> {
    await this.ended;
    return JSON.parse(new TextDecoder().decode(this.bytes()));
  }

  /** All messages so far, once there are `count` of them. */
  async messages(count: number, version: ProtocolVersion = 6): Promise<Message[]> {
    for (;;) {
      const messages = createMessageDecoder({ version }).push(this.bytes());
      if (messages.length >= count) return messages;
      if (this.#isEnded)
        throw new Error(`Only ${messages.length} messages came: ${JSON.stringify(messages)}`);
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }

  /** All messages of the whole response. */
  async allMessages(version: ProtocolVersion = 6): Promise<Message[]> {
    await this.ended;
    return createMessageDecoder({ version }).push(this.bytes());
  }
}
