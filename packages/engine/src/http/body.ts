import type { Readable } from "node:stream";
import { BodyTooLargeError, RequestLostError } from "./message.ts";

/** What the request says its body has, if it says so. */
export function declaredLength(headers: ReadonlyMap<string, string>): number | undefined {
  const value = headers.get("content-length");
  return value !== undefined && /^\d+$/.test(value) ? Number(value) : undefined;
}

/** Reads a body to its end. No more than `bytesMax` of it is ever held. */
export function readBody(source: Readable, bytesMax: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (): void => {
      source.off("data", onData);
      source.off("end", onEnd);
      source.off("close", onLost);
      source.off("error", onLost);
    };
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > bytesMax) {
        settle();
        source.pause();
        reject(new BodyTooLargeError(bytesMax));
        return;
      }
      chunks.push(chunk);
    };
    const onEnd = (): void => {
      settle();
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length));
    };
    const onLost = (): void => {
      settle();
      reject(new RequestLostError("the connection was lost before all of the request had come"));
    };
    source.on("data", onData);
    source.on("end", onEnd);
    source.on("close", onLost);
    source.on("error", onLost);
  });
}
