/**
 * `@perdure/sdk`: everything that an author of handlers writes against, with
 * endpoints for Node.
 */
export * from "./author.ts";
export type {
  CloseOptions,
  NodeEndpointOptions,
  NodeRequestListener,
  RestateEndpoint,
  ServeOptions,
  ServingEndpoint,
} from "./endpoint/node.ts";
export { createEndpointHandler, endpoint, serve } from "./endpoint/node.ts";
