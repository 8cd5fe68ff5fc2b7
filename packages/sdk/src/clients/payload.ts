import type { JournalValueCodec } from "../definition/journal-value-codec.ts";
import { RestateError } from "../errors.ts";
import type { Serde } from "../serde/serde.ts";

/** Values to bytes and back, with the connection's codec between serde and wire. */

export interface Payload {
  readonly body: Uint8Array;
  /** Absent for an empty body: a handler that takes no input refuses any content type. */
  readonly contentType: string | undefined;
}

export function encodePayload(
  value: unknown,
  serde: Serde<unknown>,
  codec: JournalValueCodec | undefined,
): Payload {
  const bytes = serde.serialize(value);
  const body = codec === undefined ? bytes : codec.encode(bytes);
  return { body, contentType: body.length === 0 ? undefined : serde.contentType };
}

/** `what` is the request, for messages. */
export async function decodePayload(
  bytes: Uint8Array,
  serde: Serde<unknown>,
  codec: JournalValueCodec | undefined,
  what: string,
): Promise<unknown> {
  try {
    return serde.deserialize(codec === undefined ? bytes : await codec.decode(bytes));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RestateError(`${what}: the result cannot be decoded: ${reason}`, {
      cause,
      hint: "Use the serde of the handler's output: pass its definition, or rpc.opts({ output }).",
    });
  }
}
