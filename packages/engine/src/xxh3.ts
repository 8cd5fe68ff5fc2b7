/// <reference path="./xxh3-wasm.d.ts" />
import wasm from "hash-wasm/dist/xxhash3.umd.min.js";
import type { Xxh3 } from "./state-machine/ids.ts";

/** XXH3 with 64 bits and seed 0, ready to be called. */
export async function loadXxh3(): Promise<Xxh3> {
  const hasher = await wasm.createXXHash3(0, 0);
  return (bytes) => {
    hasher.init();
    hasher.update(bytes);
    return BigInt(`0x${hasher.digest("hex")}`);
  };
}
