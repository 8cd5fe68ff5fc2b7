import { bindEndpoint } from "../definition/bind.ts";
import type { EndpointOptions } from "../definition/endpoint-options.ts";
import { createWebRuntime } from "../invocation/web-runtime.ts";
import { EndpointBuilder, type RestateEndpointBase } from "./builder.ts";
import { FetchExchange } from "./fetch-exchange.ts";
import { RequestHandler } from "./request-handler.ts";

/** What a fetch endpoint can be told. */
export interface FetchEndpointOptions extends EndpointOptions {
  /**
   * Whether requests and responses may flow at the same time, which the runtime
   * and every proxy on the way must allow. `false` when absent: the whole request
   * is read before anything is answered.
   */
  readonly bidirectional?: boolean | undefined;
}

/** Answers a request. The further arguments become `ctx.request().extraArgs`. */
export type FetchHandler = (request: Request, ...extraArgs: unknown[]) => Promise<Response>;

/**
 * A handler for runtimes that serve by `Request` and `Response`: Deno, Bun,
 * workers, and frameworks built upon them. It never rejects.
 *
 * Throws a `TypeError` at once if the services or the identity keys are not valid.
 *
 * @example
 * export default { fetch: createEndpointHandler({ services: [greeter] }) };
 */
export function createEndpointHandler(options: FetchEndpointOptions): FetchHandler {
  const handler = new RequestHandler(bindEndpoint(options), { runtime: createWebRuntime() });
  const bidirectional = options.bidirectional ?? false;
  return (request, ...extraArgs) => {
    const exchange = new FetchExchange(request, extraArgs, bidirectional);
    handler.handle(exchange, exchange);
    return exchange.answered;
  };
}

/** Builds a fetch endpoint step by step; see {@link endpoint}. */
export interface FetchEndpoint extends RestateEndpointBase<FetchEndpoint> {
  handler(): { fetch: FetchHandler };
  /** See {@link FetchEndpointOptions.bidirectional}; on when called without an argument. */
  bidirectional(set?: boolean): FetchEndpoint;
}

/**
 * An endpoint to be built by method calls.
 *
 * @deprecated Use `createEndpointHandler`.
 */
export function endpoint(): FetchEndpoint {
  return new FetchEndpointBuilder();
}

class FetchEndpointBuilder extends EndpointBuilder<FetchEndpoint> implements FetchEndpoint {
  #bidirectional = false;

  protected self(): FetchEndpoint {
    return this;
  }

  bidirectional(set = true): FetchEndpoint {
    this.#bidirectional = set;
    return this;
  }

  handler(): { fetch: FetchHandler } {
    return { fetch: createEndpointHandler({ ...this.options(), bidirectional: this.#bidirectional }) };
  }
}
