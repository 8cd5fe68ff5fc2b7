import { RestateError } from "../errors.ts";
import type { Serde } from "./serde.ts";

/** Bytes as they are. */
export const binarySerde: Serde<Uint8Array> = {
  contentType: "application/octet-stream",
  serialize(value) {
    if (value instanceof Uint8Array) return value;
    throw new RestateError(`serde.binary takes a Uint8Array, not ${value === null ? "null" : typeof value}`, {
      hint: "Encode the value first, or use another serde, for example serde.json.",
    });
  },
  deserialize: (data) => data,
};
