import type { Serde } from "../serde/serde.ts";
import type { ServiceDefinition, VirtualObjectDefinition, WorkflowDefinition } from "./core.ts";

/**
 * What a caller needs to know of a handler at run time: how its input and
 * output become bytes. Contracts (`iface`) consist of these, and every
 * definition carries them.
 */

/** Documentation of a contract or of one of its handlers; shown by the admin API. */
export interface DescriptorOpts {
  readonly description?: string | undefined;
  readonly metadata?: Record<string, string> | undefined;
}

/** One handler. An absent serde means the default, JSON. */
export interface HandlerDescriptor<I = unknown, O = unknown, Shared extends boolean = boolean> {
  readonly _inputSerde?: Serde<I>;
  readonly _outputSerde?: Serde<O>;
  /** Whether an object's handler is shared. */
  readonly _shared?: Shared;
  readonly _description?: string;
  readonly _metadata?: Record<string, string>;
}

/** A map from handler names to their descriptors. */
export type HandlerDescriptors = Record<string, HandlerDescriptor>;

/** A contract: name, kind and handlers, without an implementation. */
export interface Descriptor<
  P extends string = string,
  H extends HandlerDescriptors = HandlerDescriptors,
  Kind extends "service" | "object" | "workflow" = "service" | "object" | "workflow",
> {
  readonly name: P;
  readonly _kind: Kind;
  readonly _handlers: H;
  readonly _description?: string;
  readonly _metadata?: Record<string, string>;
}

export type ServiceDescriptor<
  P extends string = string,
  H extends HandlerDescriptors = HandlerDescriptors,
> = Descriptor<P, H, "service">;

export type ObjectDescriptor<
  P extends string = string,
  H extends HandlerDescriptors = HandlerDescriptors,
> = Descriptor<P, H, "object">;

export type WorkflowDescriptor<
  P extends string = string,
  H extends HandlerDescriptors = HandlerDescriptors,
> = Descriptor<P, H, "workflow">;

/** The input type that a descriptor declares. */
export type InferInput<D> = D extends HandlerDescriptor<infer I, unknown, boolean> ? I : unknown;

/** The output type that a descriptor declares. */
export type InferOutput<D> = D extends HandlerDescriptor<unknown, infer O, boolean> ? O : unknown;

/** The type of the values of a serde. */
export type SerdeType<S> = S extends Serde<infer T> ? T : never;

/** An implemented contract of a service: can be served and called. */
export type ImplementedServiceDefinition<P extends string, H extends HandlerDescriptors> = ServiceDefinition<
  P,
  unknown
> &
  ServiceDescriptor<P, H>;

/** An implemented contract of an object. */
export type ImplementedObjectDefinition<
  P extends string,
  H extends HandlerDescriptors,
> = VirtualObjectDefinition<P, unknown> & ObjectDescriptor<P, H>;

/** An implemented contract of a workflow. */
export type ImplementedWorkflowDefinition<
  P extends string,
  H extends HandlerDescriptors,
> = WorkflowDefinition<P, unknown> & WorkflowDescriptor<P, H>;

/** An implemented contract of the given kind. */
export type ImplementedDefinition<
  P extends string,
  H extends HandlerDescriptors,
  Kind extends "service" | "object" | "workflow",
> = Kind extends "service"
  ? ImplementedServiceDefinition<P, H>
  : Kind extends "object"
    ? ImplementedObjectDefinition<P, H>
    : ImplementedWorkflowDefinition<P, H>;

/** Makes one handler's descriptor. What is absent stays absent, so that defaults can apply. */
export function makeHandlerDescriptor<I, O, Shared extends boolean = false>(
  inputSerde?: Serde<I>,
  outputSerde?: Serde<O>,
  shared?: Shared,
  opts?: DescriptorOpts,
): HandlerDescriptor<I, O, Shared> {
  return {
    ...(inputSerde !== undefined && { _inputSerde: inputSerde }),
    ...(outputSerde !== undefined && { _outputSerde: outputSerde }),
    ...(shared !== undefined && { _shared: shared }),
    ...(opts?.description !== undefined && { _description: opts.description }),
    ...(opts?.metadata !== undefined && { _metadata: opts.metadata }),
  };
}
