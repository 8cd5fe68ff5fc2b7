import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { bindEndpoint } from "../definition/bind.ts";
import type { EndpointOptions } from "../definition/endpoint-options.ts";
import { handleHttp1Request } from "./node-http1.ts";
import { handleHttp2Stream } from "./node-http2.ts";
import { nodeRuntime } from "./node-runtime.ts";
import { RequestHandler } from "./request-handler.ts";

/** What a Node endpoint can be told. */
export interface NodeEndpointOptions extends EndpointOptions {
  /**
   * Whether requests and responses may flow at the same time: `true` and `false`
   * for all of them; when absent, HTTP/2 does and HTTP/1 does not. It decides what
   * discovery announces (`BIDI_STREAM` or `REQUEST_RESPONSE`). `true` needs every
   * proxy on the way to play along.
   */
  readonly bidirectional?: boolean | undefined;
}

/** A listener for the `request` event of HTTP/1 and HTTP/2 servers. */
export interface NodeRequestListener {
  (request: IncomingMessage, response: ServerResponse): void;
  (request: Http2ServerRequest, response: Http2ServerResponse): void;
}

/**
 * A request listener for Node's own servers, HTTP/1 and HTTP/2, also behind a
 * prefix. It never throws and never rejects; what goes wrong is answered.
 *
 * Throws a `TypeError` at once if the services or the identity keys are not valid.
 *
 * @example
 * const server = http2.createSecureServer({ key, cert, allowHTTP1: true }, createEndpointHandler({ services: [greeter] }));
 * server.listen(9080);
 */
export function createEndpointHandler(options: NodeEndpointOptions): NodeRequestListener {
  return toRequestListener(createNodeRequestHandler(options), options.bidirectional);
}

export function createNodeRequestHandler(options: EndpointOptions): RequestHandler {
  return new RequestHandler(bindEndpoint(options), { runtime: nodeRuntime });
}

export function toRequestListener(
  handler: RequestHandler,
  bidirectional: boolean | undefined,
): NodeRequestListener {
  return (
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): void => {
    if ("stream" in request) {
      handleHttp2Stream(handler, request.stream, request.headers, bidirectional ?? true);
    } else {
      handleHttp1Request(handler, request, response as ServerResponse, bidirectional ?? false);
    }
  };
}
