import type { EndpointOptions } from "@perdure/sdk";
import type { JournalValueCodec } from "@perdure/sdk/internal";
import type { EntryMessage } from "../journal/entry.ts";

/**
 * The messages as they were before a journal codec transformed their values, so
 * that a replay compares what the code means rather than how it was encrypted.
 */
export async function decodePayloads(
  messages: readonly EntryMessage[],
  provider: EndpointOptions["journalValueCodecProvider"],
): Promise<readonly EntryMessage[]> {
  if (provider === undefined) return messages;
  const codec = await provider();
  const decoded: EntryMessage[] = [];
  for (const message of messages) decoded.push(await decodeMessage(message, codec));
  return decoded;
}

async function decodeMessage(message: EntryMessage, codec: JournalValueCodec): Promise<EntryMessage> {
  switch (message.type) {
    case "Input":
    case "SetState":
      return { ...message, value: await codec.decode(message.value) };
    case "GetEagerState":
      return message.value === undefined ? message : { ...message, value: await codec.decode(message.value) };
    case "Call":
    case "OneWayCall":
      return { ...message, parameter: await codec.decode(message.parameter) };
    default:
      return "result" in message && message.result.type === "success"
        ? ({ ...message, result: await decodeResult(message.result.value, codec) } as EntryMessage)
        : message;
  }
}

async function decodeResult(
  value: Uint8Array,
  codec: JournalValueCodec,
): Promise<{ readonly type: "success"; readonly value: Uint8Array }> {
  return { type: "success", value: await codec.decode(value) };
}
