import * as zlib from "node:zlib";
import { REQUEST_BYTES_MAX } from "./byte-link.ts";

/** Responses from this size on are compressed, as Lambda limits a response to 6 MiB. */
export const COMPRESSED_FROM_BYTES: number = 3 * 1024 * 1024;

type Transform = (bytes: Uint8Array, options?: { readonly maxOutputLength: number }) => Uint8Array;

export interface Zstd {
  compress(bytes: Uint8Array): Uint8Array;
  /** Throws on bytes that are not zstd, and if more than {@link REQUEST_BYTES_MAX} would come out. */
  decompress(bytes: Uint8Array): Uint8Array;
}

/** Node has zstd since 22.15; `undefined` before. */
export function findZstd(): Zstd | undefined {
  const compress: unknown = Reflect.get(zlib, "zstdCompressSync");
  const decompress: unknown = Reflect.get(zlib, "zstdDecompressSync");
  if (typeof compress !== "function" || typeof decompress !== "function") return undefined;
  return {
    compress: (bytes) => (compress as Transform)(bytes),
    decompress: (bytes) => (decompress as Transform)(bytes, { maxOutputLength: REQUEST_BYTES_MAX }),
  };
}
