import { encodeMessages, type Message, type ProtocolVersion } from "@perdure/sdk/internal";

/** Bytes are gathered up to about this many before they are written. */
const WRITE_BYTES = 64 * 1024;

/**
 * Messages on their way to an endpoint: encoded only as fast as they are taken,
 * so that a long journal is not in memory twice.
 */
export class Outbox {
  readonly #version: ProtocolVersion;
  #messages: Message[] = [];
  #next = 0;

  constructor(version: ProtocolVersion) {
    this.#version = version;
  }

  get isEmpty(): boolean {
    return this.#next === this.#messages.length;
  }

  push(message: Message): void {
    this.#messages.push(message);
  }

  /** Puts these in front of all that waits. */
  prepend(messages: readonly Message[]): void {
    this.#messages = [...messages, ...this.#messages.slice(this.#next)];
    this.#next = 0;
  }

  clear(): void {
    this.#messages = [];
    this.#next = 0;
  }

  /** @throws ProtocolError if the version has no bytes for a message. */
  takeBytes(): Uint8Array {
    const parts: Uint8Array[] = [];
    let bytes = 0;
    while (bytes < WRITE_BYTES) {
      const message = this.#messages[this.#next];
      if (message === undefined) break;
      this.#next += 1;
      const part = encodeMessages([message], this.#version);
      parts.push(part);
      bytes += part.length;
    }
    if (this.isEmpty) this.clear();
    return parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts, bytes);
  }
}
