/**
 * `@perdure/sdk/clients`: invoke handlers from outside of handlers.
 */

export type {
  InferArgType,
  IngressClient,
  IngressClientFromDescriptors,
  IngressSendClient,
  IngressSendClientFromDescriptors,
  IngressWorkflowClient,
  Output,
  Send,
  WorkflowSubmission,
} from "./clients/client-types.ts";
export { connect } from "./clients/connect.ts";
export {
  HttpCallError,
  InvocationNotFoundError,
  InvocationNotReadyError,
  TransportError,
} from "./clients/errors.ts";
export type { GenericRequest, Ingress, IngressInvocation, ScopedIngress } from "./clients/ingress.ts";
export {
  type ConnectionOpts,
  type IngressCallOptions,
  type IngressSendOptions,
  Opts,
  rpc,
  SendOpts,
} from "./clients/options.ts";
export { defaultShouldRetry, type RetryFailure, type RetryPolicy } from "./clients/retry.ts";
export type {
  Service,
  ServiceDefinition,
  ServiceDefinitionFrom,
  VirtualObject,
  VirtualObjectDefinition,
  VirtualObjectDefinitionFrom,
  Workflow,
  WorkflowDefinition,
  WorkflowDefinitionFrom,
} from "./definition/core.ts";
export type { Duration } from "./definition/duration.ts";
export type { JournalValueCodec } from "./definition/journal-value-codec.ts";
export { RestateError, TerminalError } from "./errors.ts";
export type { Serde } from "./serde/serde.ts";
export { serde } from "./serde/serdes.ts";
