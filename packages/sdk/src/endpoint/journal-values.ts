import type { JournalValueCodec } from "../definition/journal-value-codec.ts";
import type { Bytes, Message, Outcome, SignalResult } from "../protocol/messages.ts";

/**
 * Which bytes of which message are values, and so pass through the journal codec.
 * Failures, keys, names and headers never do.
 */

/** The message as it goes out. */
export function encodeValues(message: Message, codec: JournalValueCodec): Message {
  switch (message.type) {
    case "Output":
    case "ProposeRunCompletion":
    case "CompletePromise":
    case "CompleteAwakeable":
      return { ...message, result: encodeOutcome(message.result, codec) };
    case "SendSignal":
      return { ...message, result: encodeOutcome(message.result, codec) };
    case "SetState":
      return { ...message, value: codec.encode(message.value) };
    case "GetEagerState":
      return message.value === undefined ? message : { ...message, value: codec.encode(message.value) };
    case "Call":
    case "OneWayCall":
      return { ...message, parameter: codec.encode(message.parameter) };
    default:
      return message;
  }
}

/**
 * The message as the attempt sees it; `undefined` if it has no values. Recorded
 * commands are only decoded where their value is read, not where it would be
 * compared: with a codec payloads are not.
 */
export function decodeValues(message: Message, codec: JournalValueCodec): Promise<Message> | undefined {
  switch (message.type) {
    case "Start":
      if (message.stateMap.length === 0) return undefined;
      return decodeAll(
        message.stateMap.map(({ value }) => value),
        codec,
      ).then((values) => ({
        ...message,
        stateMap: message.stateMap.map(({ key, value }, index) => ({ key, value: values[index] ?? value })),
      }));
    case "Input":
      return codec.decode(message.value).then((value) => ({ ...message, value }));
    case "GetEagerState":
      if (message.value === undefined) return undefined;
      return codec.decode(message.value).then((value) => ({ ...message, value }));
    case "Completion":
    case "Signal": {
      const { result } = message;
      if (result.type !== "success") return undefined;
      return codec.decode(result.value).then((value) => ({ ...message, result: { type: "success", value } }));
    }
    default:
      return undefined;
  }
}

function encodeOutcome<R extends Outcome | SignalResult>(result: R, codec: JournalValueCodec): R {
  return result.type === "success" ? { ...result, value: codec.encode(result.value) } : result;
}

/** One after the other: a codec may ask a service, which a large state should not flood. */
async function decodeAll(encoded: readonly Bytes[], codec: JournalValueCodec): Promise<Bytes[]> {
  const values: Bytes[] = [];
  for (const bytes of encoded) values.push(await codec.decode(bytes));
  return values;
}
