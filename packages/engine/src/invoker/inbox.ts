import {
  createFrameDecoder,
  decodeMessage,
  isCommand,
  type Message,
  MessageTooLargeError,
  type Outcome,
  type ProtocolVersion,
} from "@perdure/sdk/internal";
import { type FailedAttempt, messageTooLarge, protocolViolated } from "./attempt-failures.ts";
import { isLastMessage } from "./invoker.ts";

/** What bytes from an endpoint amount to: messages, up to what makes the attempt fail. */
export interface Received {
  readonly messages: readonly Message[];
  /** The commands among them, by their indices, whose storing the endpoint wants to hear of. */
  readonly acks: readonly number[];
  readonly failure: FailedAttempt | undefined;
}

/**
 * From an endpoint's bytes to messages.
 *
 * 1. Only what a handler may send comes out: commands, proposals, reports of what
 *    is awaited, and the last message. Whether they are in place is not looked at.
 * 2. What follows the last message is dropped.
 */
export class Inbox {
  readonly #version: ProtocolVersion;
  readonly #frames: ReturnType<typeof createFrameDecoder>;
  /** Results that the endpoint wants back in full, as it did not ask for an ack. */
  readonly #unacknowledged = new Map<number, Outcome>();
  #nextCommand: number;
  #done = false;

  constructor(options: {
    readonly version: ProtocolVersion;
    readonly messageBytesMax: number;
    /** How many commands the endpoint has from the journal. */
    readonly knownCommands: number;
  }) {
    this.#version = options.version;
    this.#nextCommand = options.knownCommands;
    this.#frames = createFrameDecoder({ frameBytesMax: options.messageBytesMax });
  }

  push(bytes: Uint8Array): Received {
    const messages: Message[] = [];
    const acks: number[] = [];
    if (this.#done) return { messages, acks, failure: undefined };
    try {
      for (const frame of this.#frames.push(bytes)) {
        // A copy, as what is kept of a message would keep all that arrived with it.
        const payload = new Uint8Array(frame.payload);
        const message = decodeMessage({ typeId: frame.typeId, payload }, this.#version);
        if (isEnginesOwn(message)) {
          this.#done = true;
          const failure = protocolViolated(
            `The endpoint sent ${message.type}, which only the engine may send`,
          );
          return { messages, acks, failure };
        }
        if (isCommand(message)) {
          if (frame.requestedAck) acks.push(this.#nextCommand);
          this.#nextCommand += 1;
        }
        if (message.type === "ProposeRunCompletion" && this.#version >= 7 && !frame.requestedAck) {
          this.#unacknowledged.set(message.completionId, message.result);
        }
        messages.push(message);
        if (isLastMessage(message)) {
          this.#done = true;
          break;
        }
      }
      return { messages, acks, failure: undefined };
    } catch (error) {
      this.#done = true;
      return { messages, acks, failure: toFailure(error) };
    }
  }

  /** The response has ended. */
  end(): FailedAttempt {
    try {
      this.#frames.end();
    } catch (error) {
      return toFailure(error);
    }
    return protocolViolated("The response ended without End, Suspension or Error");
  }

  /** The full notification in place of an ack that was not asked for. Protocol section 2.1. */
  toEndpoint(message: Message): Message {
    if (message.type !== "ProposeRunCompletionAck") return message;
    const { completionId } = message;
    const result = this.#unacknowledged.get(completionId);
    if (result === undefined) return message;
    this.#unacknowledged.delete(completionId);
    return { type: "Completion", kind: "Run", completionId, result };
  }
}

/** The input is a command too, but only the engine writes it. */
function isEnginesOwn({ type }: Message): boolean {
  switch (type) {
    case "Start":
    case "CommandAck":
    case "ProposeRunCompletionAck":
    case "Completion":
    case "Signal":
    case "Input":
      return true;
    default:
      return false;
  }
}

function toFailure(error: unknown): FailedAttempt {
  const what = error instanceof Error ? error.message : String(error);
  return error instanceof MessageTooLargeError ? messageTooLarge(what) : protocolViolated(what);
}
