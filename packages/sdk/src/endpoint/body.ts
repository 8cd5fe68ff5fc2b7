import { FRAME_BYTES_MAX } from "../protocol/framing.ts";
import type { EndpointRequest } from "./exchange.ts";

/**
 * A request's whole body; `undefined` if it is larger than a message may be.
 * Rejects if the connection is lost.
 */
export function collectBody(
  request: EndpointRequest,
  bytesMax: number = FRAME_BYTES_MAX,
): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    request.read({
      chunk: (bytes) => {
        size += bytes.length;
        if (size <= bytesMax) chunks.push(bytes);
        else chunks.length = 0;
      },
      end: () => resolve(size <= bytesMax ? concat(chunks, size) : undefined),
      abort: reject,
    });
  });
}

export function concat(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}
