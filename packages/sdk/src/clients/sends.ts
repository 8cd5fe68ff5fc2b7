import type { Serde } from "../serde/serde.ts";
import type { Send } from "./client-types.ts";

/**
 * Which serde the result of a send has. A `Send` is plain data that may be
 * stored and come back; when it is still the same object, nobody has to say the
 * serde again.
 */
const OUTPUT_SERDES = new WeakMap<Send, Serde<unknown>>();

export function rememberOutputSerde<T extends Send>(send: T, serde: Serde<unknown> | undefined): T {
  if (serde !== undefined) OUTPUT_SERDES.set(send, serde);
  return send;
}

export function recallOutputSerde(send: Send): Serde<unknown> | undefined {
  return OUTPUT_SERDES.get(send);
}
