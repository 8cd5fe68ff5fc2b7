import { RestateError } from "../errors.ts";
import type { Serde } from "./serde.ts";

const NO_BYTES = new Uint8Array(0);

/** No value: `undefined` and no bytes. Throws on anything else. As an input, the ingress refuses any body. */
export const emptySerde: Serde<void> = {
  serialize(value) {
    if (value === undefined) return NO_BYTES;
    throw new RestateError(`serde.empty takes undefined only, not ${value === null ? "null" : typeof value}`);
  },
  deserialize(data) {
    if (data.length === 0) return;
    throw new RestateError(`Expected no bytes at all, but there are ${data.length}`);
  },
};
