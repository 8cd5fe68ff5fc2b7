import { bindEndpoint } from "../definition/bind.ts";
import type { EndpointOptions } from "../definition/endpoint-options.ts";
import { toError } from "../errors.ts";
import { EndpointBuilder, type RestateEndpointBase } from "./builder.ts";
import { findZstd, type Zstd } from "./lambda-compression.ts";
import type { LambdaEvent, LambdaResult } from "./lambda-events.ts";
import { LambdaExchange } from "./lambda-exchange.ts";
import { nodeRuntime } from "./node-runtime.ts";
import { RequestHandler } from "./request-handler.ts";

/** Answers an event. The context becomes `ctx.request().extraArgs[0]`. */
export type LambdaHandler = (event: LambdaEvent, context?: unknown) => Promise<LambdaResult>;

/**
 * A handler for AWS Lambda. It takes events of API Gateway in both formats, which
 * is also how the server invokes functions itself, and never rejects.
 *
 * Throws a `TypeError` at once if the services or the identity keys are not valid.
 *
 * @example
 * export const handler = createEndpointHandler({ services: [greeter] });
 */
export function createEndpointHandler(options: EndpointOptions): LambdaHandler {
  const zstd: Zstd | undefined = findZstd();
  const handler = new RequestHandler(bindEndpoint(options), {
    runtime: nodeRuntime,
    lambdaCompression: zstd === undefined ? undefined : "zstd",
  });
  return async (event, context) => {
    const exchange = new LambdaExchange(event, context, zstd);
    try {
      exchange.prepare();
    } catch (error) {
      handler.log("warn", "The body of a request cannot be read:", error);
      return exchange.refuse(`The request's body cannot be read: ${toError(error).message}`);
    }
    handler.handle(exchange, exchange);
    return exchange.answered;
  };
}

/** Builds a Lambda endpoint step by step; see {@link endpoint}. */
export interface LambdaEndpoint extends RestateEndpointBase<LambdaEndpoint> {
  handler(): LambdaHandler;
}

/**
 * An endpoint to be built by method calls.
 *
 * @deprecated Use `createEndpointHandler`.
 */
export function endpoint(): LambdaEndpoint {
  return new LambdaEndpointBuilder();
}

class LambdaEndpointBuilder extends EndpointBuilder<LambdaEndpoint> implements LambdaEndpoint {
  protected self(): LambdaEndpoint {
    return this;
  }

  handler(): LambdaHandler {
    return createEndpointHandler(this.options());
  }
}
