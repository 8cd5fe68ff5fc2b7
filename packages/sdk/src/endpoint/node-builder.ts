import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { EndpointBuilder, type RestateEndpointBase } from "./builder.ts";
import { createEndpointHandler, type NodeRequestListener } from "./node-handler.ts";
import { type ServingEndpoint, serve } from "./node-serve.ts";

interface ModeOptions {
  /** See `NodeEndpointOptions.bidirectional`. */
  readonly bidirectional?: boolean;
}

/** Builds a Node endpoint step by step; see {@link endpoint}. */
export interface RestateEndpoint extends RestateEndpointBase<RestateEndpoint> {
  /** As `serve`, with what was bound so far. */
  listen(port?: number): Promise<ServingEndpoint>;
  /** A listener for HTTP/2 servers; bidirectional unless told otherwise. */
  http2Handler(options?: ModeOptions): (request: Http2ServerRequest, response: Http2ServerResponse) => void;
  /** A listener for HTTP/1 servers; not bidirectional unless told otherwise. */
  http1Handler(options?: ModeOptions): (request: IncomingMessage, response: ServerResponse) => void;
  /** A listener for both; see `createEndpointHandler`. */
  handler(options?: ModeOptions): NodeRequestListener;
}

/**
 * An endpoint to be built by method calls.
 *
 * @deprecated Use `serve` or `createEndpointHandler`.
 */
export function endpoint(): RestateEndpoint {
  return new NodeEndpointBuilder();
}

class NodeEndpointBuilder extends EndpointBuilder<RestateEndpoint> implements RestateEndpoint {
  protected self(): RestateEndpoint {
    return this;
  }

  listen(port?: number): Promise<ServingEndpoint> {
    return serve({ ...this.options(), port });
  }

  http2Handler(options?: ModeOptions): NodeRequestListener {
    return this.handler(options);
  }

  http1Handler(options?: ModeOptions): NodeRequestListener {
    return this.handler(options);
  }

  handler(options?: ModeOptions): NodeRequestListener {
    return createEndpointHandler({ ...this.options(), bidirectional: options?.bidirectional });
  }
}
