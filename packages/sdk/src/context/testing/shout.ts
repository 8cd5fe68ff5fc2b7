import type { Serde } from "../../serde/serde.ts";

/** The serde of shouting: text in upper case. */
export const shout: Serde<string> = {
  serialize: (text) => new TextEncoder().encode(text.toUpperCase()),
  deserialize: (bytes) => new TextDecoder().decode(bytes).toUpperCase(),
};
