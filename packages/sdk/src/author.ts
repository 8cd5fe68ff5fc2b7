/**
 * What an author of handlers writes against, wherever they run. The entries add
 * the endpoint of their runtime.
 */
export { InvocationIdParser } from "./context/invocations.ts";
export type { RestatePromiseConstructor } from "./context/restate-promise.ts";
export {
  isRestatePromise,
  RestatePromise,
  RestatePromise as CombineablePromise,
} from "./context/restate-promise.ts";
export type { GenericCall, GenericSend, ScopedContext } from "./definition/calls.ts";
export type {
  Context,
  ContextDate,
  ContextInternal,
  InvocationReference,
  ObjectContext,
  ObjectSharedContext,
  Rand,
  RunAction,
  RunOptions,
  SignalReference,
  WorkflowContext,
  WorkflowSharedContext,
} from "./definition/context.ts";
export type {
  AnyDefinition,
  ArgType,
  HandlerReturnType,
  ObjectHandler,
  ObjectSharedHandler,
  RestateContext,
  RestateObjectContext,
  RestateObjectSharedContext,
  RestateWorkflowContext,
  RestateWorkflowSharedContext,
  Service,
  ServiceDefinition,
  ServiceDefinitionFrom,
  ServiceHandler,
  VirtualObject,
  VirtualObjectDefinition,
  VirtualObjectDefinitionFrom,
  Workflow,
  WorkflowDefinition,
  WorkflowDefinitionFrom,
  WorkflowHandler,
  WorkflowSharedHandler,
} from "./definition/core.ts";
export type {
  Descriptor,
  DescriptorOpts,
  HandlerDescriptor,
  ImplementedDefinition,
  ImplementedObjectDefinition,
  ImplementedServiceDefinition,
  ImplementedWorkflowDefinition,
  InferInput,
  InferOutput,
  ObjectDescriptor,
  ServiceDescriptor,
  WorkflowDescriptor,
} from "./definition/descriptor.ts";
export type { Duration } from "./definition/duration.ts";
export type { EndpointOptions } from "./definition/endpoint-options.ts";
export type { RemoveVoidArgument } from "./definition/handlers.ts";
export {
  createObjectHandler,
  createObjectSharedHandler,
  createServiceHandler,
  createWorkflowHandler,
  createWorkflowSharedHandler,
  handlers,
} from "./definition/handlers.ts";
export type { Hooks, HooksProvider, Interceptor } from "./definition/hooks.ts";
export type { HandlerDeclarations, ServiceInterface } from "./definition/iface.ts";
export { iface } from "./definition/iface.ts";
export type {
  FnOf,
  ObjectImplHandlers,
  ObjectPerHandlerOpts,
  ServiceImplHandlers,
  ServicePerHandlerOpts,
  WorkflowImplHandlers,
  WorkflowPerHandlerOpts,
} from "./definition/implement.ts";
export { implement } from "./definition/implement.ts";
export type { JournalValueCodec } from "./definition/journal-value-codec.ts";
export type { LoggerContext, LoggerTransport, LogMetadata } from "./definition/logger.ts";
export { LogSource, RestateLogLevel } from "./definition/logger.ts";
export type { ObjectOpts } from "./definition/object.ts";
export { object } from "./definition/object.ts";
export type {
  DefaultServiceOptions,
  ObjectHandlerOpts,
  ObjectOptions,
  RetryPolicy,
  ServiceHandlerOpts,
  ServiceOptions,
  WorkflowHandlerOpts,
  WorkflowOptions,
} from "./definition/options.ts";
export type {
  DurablePromise,
  InvocationHandle,
  InvocationId,
  InvocationPromise,
} from "./definition/promises.ts";
export type { Request, Target } from "./definition/request.ts";
export type {
  Client,
  ClientCallOptions,
  ClientFromDescriptors,
  ClientSendOptions,
  InferArg,
  SendClient,
  SendClientFromDescriptors,
} from "./definition/rpc.ts";
export { Opts, rpc, SendOpts } from "./definition/rpc.ts";
export type { ServiceOpts } from "./definition/service.ts";
export { service } from "./definition/service.ts";
export type { KeyValueStore, ReadableState, TypedState, UntypedState } from "./definition/state.ts";
export type { WorkflowOpts } from "./definition/workflow.ts";
export { workflow } from "./definition/workflow.ts";
export type { RestateErrorOptions, RetryableErrorOptions, TerminalErrorOptions } from "./errors.ts";
export {
  CancelledError,
  PauseError,
  RestateError,
  RetryableError,
  TerminalError,
  TimeoutError,
} from "./errors.ts";
export { isSuspendedError } from "./invocation/hooks.ts";
export type { Serde } from "./serde/serde.ts";
export { serde } from "./serde/serdes.ts";
