/**
 * `@perdure/sdk/fetch`: all of `@perdure/sdk`, with endpoints for runtimes that
 * serve by `Request` and `Response` instead of Node's servers.
 */
export * from "./author.ts";
export type { RestateEndpointBase } from "./endpoint/builder.ts";
export type { FetchEndpoint, FetchEndpointOptions, FetchHandler } from "./endpoint/fetch.ts";
export { createEndpointHandler, endpoint } from "./endpoint/fetch.ts";
