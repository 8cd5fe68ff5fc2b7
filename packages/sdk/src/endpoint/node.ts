/** The Node endpoint, as the main entry shows it. */
export type { RestateEndpointBase } from "./builder.ts";
export type { RestateEndpoint } from "./node-builder.ts";
export { endpoint } from "./node-builder.ts";
export type { NodeEndpointOptions, NodeRequestListener } from "./node-handler.ts";
export { createEndpointHandler } from "./node-handler.ts";
export type { CloseOptions, ServeOptions, ServingEndpoint } from "./node-serve.ts";
export { serve } from "./node-serve.ts";
