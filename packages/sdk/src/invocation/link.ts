import type { Message } from "../protocol/messages.ts";

/**
 * The one seam between an attempt and whatever drives it: an HTTP/2 stream, the
 * embedded engine in the same process, or a recorded journal.
 *
 * 1. The driver calls the reader: `message` for Start, then for the recorded
 *    entries, then for live notifications; `end` once when nothing more will
 *    come; `abort` when the attempt is to be given up at once. After `end` only
 *    `abort` may follow; after `abort` nothing.
 * 2. The attempt calls `send`, any number of times, and `close` exactly once,
 *    after the last message. The last message is End, Suspension or Error,
 *    unless the attempt was aborted.
 * 3. Messages cross as objects. Neither side changes one it has handed over.
 */
export interface Link {
  /** Called once, before anything is sent. May call the reader synchronously. */
  open(reader: LinkReader): void;
  send(messages: readonly Message[]): void;
  close(): void;
}

export interface LinkReader {
  message(message: Message): void;
  end(): void;
  abort(reason: unknown): void;
}
