import { encodeMessages } from "../../protocol/codec.ts";
import type { Command, Message, Notification } from "../../protocol/messages.ts";
import type { ProtocolVersion } from "../../protocol/versions.ts";

const encoder = new TextEncoder();

export function toJsonBytes(value: unknown): Uint8Array {
  return value === undefined ? new Uint8Array(0) : encoder.encode(JSON.stringify(value));
}

export function fromJsonBytes(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** Start, Input and what the journal holds beyond it. */
export function startMessages(input: unknown, entries: readonly (Command | Notification)[] = []): Message[] {
  return [
    {
      type: "Start",
      id: new Uint8Array(24),
      debugId: "inv_1test",
      knownEntries: entries.length + 1,
      stateMap: [],
      partialState: false,
      key: "",
      retryCountSinceLastStoredEntry: 0,
      durationSinceLastStoredEntryMs: 0,
      randomSeed: 1n,
    },
    { type: "Input", name: "", headers: [], value: toJsonBytes(input) },
    ...entries,
  ];
}

export function startBytes(
  input: unknown,
  entries: readonly (Command | Notification)[] = [],
  version: ProtocolVersion = 6,
): Uint8Array {
  return encodeMessages(startMessages(input, entries), version);
}

/** A message in short, for comparison in a table. */
export function describe(message: Message): string {
  switch (message.type) {
    case "Output":
      return message.result.type === "success"
        ? `Output ${new TextDecoder().decode(message.result.value)}`
        : `Output failed with ${message.result.failure.code}: ${message.result.failure.message}`;
    case "Error":
      return `Error ${message.code}`;
    case "Suspension":
      return `Suspension on ${message.awaitingOn.completions.join(", ")}`;
    case "ProposeRunCompletion":
      return `ProposeRunCompletion ${message.completionId}`;
    default:
      return message.type;
  }
}
