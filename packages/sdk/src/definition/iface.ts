import type { StandardSchemaV1 } from "@standard-schema/spec";
import { schemaSerde } from "../serde/schema.ts";
import type { Serde } from "../serde/serde.ts";
import {
  type Descriptor,
  type DescriptorOpts,
  type HandlerDescriptor,
  type HandlerDescriptors,
  makeHandlerDescriptor,
  type ObjectDescriptor,
  type SerdeType,
  type ServiceDescriptor,
  type WorkflowDescriptor,
} from "./descriptor.ts";

/** Declares handlers of one sharing mode. A direction that is left out is `void`. */
export interface HandlerDeclarations<Shared extends boolean> {
  /** Types only; the values travel as JSON, or by the implementation's default serde. */
  // NoInfer: where a descriptor of anything is wanted, `json()` still means void.
  json<I = void, O = void>(opts?: DescriptorOpts): HandlerDescriptor<NoInfer<I>, NoInfer<O>, Shared>;

  /** A serde for each direction. */
  serdes<SI extends Serde<unknown> = Serde<void>, SO extends Serde<unknown> = Serde<void>>(
    opts: { readonly input?: SI; readonly output?: SO } & DescriptorOpts,
  ): HandlerDescriptor<SerdeType<SI>, SerdeType<SO>, Shared>;

  /** A Standard Schema (zod, valibot, ...) for each direction; see `serde.schema`. */
  schemas<
    SI extends StandardSchemaV1 = StandardSchemaV1<void>,
    SO extends StandardSchemaV1 = StandardSchemaV1<void>,
  >(
    opts: { readonly input?: SI; readonly output?: SO } & DescriptorOpts,
  ): HandlerDescriptor<StandardSchemaV1.InferOutput<SI>, StandardSchemaV1.InferOutput<SO>, Shared>;
}

/** The type of {@link iface}. */
export interface ServiceInterface extends HandlerDeclarations<false> {
  service<P extends string, H extends HandlerDescriptors>(
    name: P,
    handlers: H,
    opts?: DescriptorOpts,
  ): ServiceDescriptor<P, H>;
  object<P extends string, H extends HandlerDescriptors>(
    name: P,
    handlers: H,
    opts?: DescriptorOpts,
  ): ObjectDescriptor<P, H>;
  workflow<P extends string, H extends HandlerDescriptors>(
    name: P,
    handlers: H,
    opts?: DescriptorOpts,
  ): WorkflowDescriptor<P, H>;
  /** Handlers of objects that run beside the exclusive ones. A workflow's handlers need no mark. */
  readonly shared: HandlerDeclarations<true>;
}

/**
 * Contracts: what callers and implementation share, as values without any
 * implementation. Put one in a package of its own, fulfil it with `implement`,
 * call it with `ctx.client` or an ingress client's `client`.
 *
 * @example
 * export const greeter = iface.service("greeter", {
 *   greet: iface.schemas({ input: GreetRequest, output: GreetResponse }),
 *   ping: iface.json<void, string>(),
 * });
 */
export const iface: ServiceInterface = {
  service: (name, handlers, opts) => contract("service", name, handlers, opts),
  object: (name, handlers, opts) => contract("object", name, handlers, opts),
  workflow: (name, handlers, opts) => contract("workflow", name, handlers, opts),
  ...declarations(false),
  shared: declarations(true),
};

function declarations<Shared extends boolean>(shared: Shared): HandlerDeclarations<Shared> {
  return {
    json: <I, O>(opts?: DescriptorOpts) =>
      makeHandlerDescriptor<I, O, Shared>(undefined, undefined, shared, opts),
    serdes: (opts) =>
      makeHandlerDescriptor(
        opts.input as Serde<never> | undefined,
        opts.output as Serde<never> | undefined,
        shared,
        opts,
      ),
    schemas: (opts) =>
      makeHandlerDescriptor(
        opts.input && schemaSerde(opts.input),
        opts.output && schemaSerde(opts.output),
        shared,
        opts,
      ),
  };
}

function contract<
  P extends string,
  H extends HandlerDescriptors,
  K extends "service" | "object" | "workflow",
>(kind: K, name: P, handlers: H, opts: DescriptorOpts | undefined): Descriptor<P, H, K> {
  if (typeof name !== "string" || name === "") {
    throw new TypeError(`iface.${kind}(): the name is missing; it must be a non-empty string`);
  }
  if (typeof handlers !== "object" || handlers === null) {
    throw new TypeError(
      `iface.${kind}("${name}"): the handlers are missing; declare them with iface.json and the like`,
    );
  }
  return {
    name,
    _kind: kind,
    _handlers: handlers,
    ...(opts?.description !== undefined && { _description: opts.description }),
    ...(opts?.metadata !== undefined && { _metadata: opts.metadata }),
  };
}
