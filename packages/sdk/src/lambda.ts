/**
 * `@perdure/sdk/lambda`: all of `@perdure/sdk`, with endpoints for AWS Lambda
 * instead of Node's servers.
 */
export * from "./author.ts";
export type { RestateEndpointBase } from "./endpoint/builder.ts";
export type { LambdaEndpoint, LambdaHandler } from "./endpoint/lambda.ts";
export { createEndpointHandler, endpoint } from "./endpoint/lambda.ts";
export type { LambdaEvent, LambdaResult } from "./endpoint/lambda-events.ts";
