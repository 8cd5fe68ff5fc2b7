// One algorithm of the package; all of them together take longer to load than the engine.
// @ts-expect-error: its file has no types of its own.
import untyped from "hash-wasm/dist/xxhash3.umd.min.js";
import type { Xxh3 } from "./state-machine/ids.ts";

const wasm: Pick<typeof import("hash-wasm"), "createXXHash3"> = untyped;

/** XXH3 with 64 bits and seed 0, ready to be called. */
export async function loadXxh3(): Promise<Xxh3> {
  const hasher = await wasm.createXXHash3(0, 0);
  return (bytes) => {
    hasher.init();
    hasher.update(bytes);
    return BigInt(`0x${hasher.digest("hex")}`);
  };
}
