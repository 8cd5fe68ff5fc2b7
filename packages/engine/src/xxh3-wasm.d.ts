/** One algorithm of the package; all of them together take longer to load than the engine. */
declare module "hash-wasm/dist/xxhash3.umd.min.js" {
  const wasm: Pick<typeof import("hash-wasm"), "createXXHash3">;
  export default wasm;
}
