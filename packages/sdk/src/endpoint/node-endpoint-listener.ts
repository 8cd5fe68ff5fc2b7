import { createServer as createHttp2Server } from "node:http2";
import { http } from "./node-builtin-http.ts";
import { handleHttp1Request } from "./node-http1.ts";
import { handleHttp2Stream } from "./node-http2.ts";
import { NodeListener } from "./node-listener.ts";
import type { RequestHandler } from "./request-handler.ts";

/** How long a connection may stay without saying which protocol it speaks. */
export const SILENCE_TIMEOUT_MS = 60_000;

/** A listener whose requests are attempts. */
export interface EndpointListener {
  /** Resolves with the port. Rejects if it cannot be had. */
  listen(port: number, hostname: string): Promise<number>;
  /** See `ServingEndpoint.close`. */
  close(graceMs: number): Promise<void>;
}

export function createEndpointListener(
  handler: RequestHandler,
  bidirectional: boolean | undefined,
): EndpointListener {
  const http1 = http.createServer((request, response) => {
    response.once("finish", () => {
      if (listener.isClosing) request.socket.end();
    });
    handleHttp1Request(handler, request, response, bidirectional ?? false);
  });
  const http2 = createHttp2Server();
  http2.on("stream", (stream, headers) => {
    handleHttp2Stream(handler, stream, headers, bidirectional ?? true);
  });
  const listener = new NodeListener({
    http1,
    http2,
    silenceTimeoutMs: SILENCE_TIMEOUT_MS,
    onFault: (error) => handler.log("error", "The listening socket failed:", error),
  });
  return {
    listen: (port, hostname) => listener.listen(port, hostname),
    // Restate Server 1.7 drops a connection soon after its GOAWAY, with the streams
    // that are still open on it, and what these have sent last would be lost.
    close: (graceMs) => listener.close({ graceMs, idle: () => handler.stop() }),
  };
}
