import { randomBytes } from "node:crypto";

const ENTROPY_BYTES = 16;
/** Asking the system for a few random bytes costs as much as asking for many. */
const ASKED_AT_ONCE = 256;

/** Random bytes for ids, 16 at a time; none are given twice. */
export function createEntropy(): () => Uint8Array {
  let bytes: Uint8Array = new Uint8Array(0);
  let at = 0;
  return () => {
    if (at === bytes.length) {
      bytes = randomBytes(ENTROPY_BYTES * ASKED_AT_ONCE);
      at = 0;
    }
    at += ENTROPY_BYTES;
    return bytes.subarray(at - ENTROPY_BYTES, at);
  };
}
