import type {
  HandlerReturnType,
  Service,
  ServiceDefinitionFrom,
  VirtualObject,
  VirtualObjectDefinitionFrom,
  Workflow,
  WorkflowDefinitionFrom,
} from "../definition/core.ts";
import type {
  HandlerDescriptor,
  InferOutput,
  ObjectDescriptor,
  ServiceDescriptor,
  WorkflowDescriptor,
} from "../definition/descriptor.ts";
import type { Serde } from "../serde/serde.ts";
import type {
  IngressClient,
  IngressClientFromDescriptors,
  IngressSendClient,
  IngressSendClientFromDescriptors,
  IngressWorkflowClient,
  Output,
  Send,
  WorkflowOutput,
  WorkflowSubmission,
} from "./client-types.ts";
import type { Opts, SendOpts } from "./options.ts";

type Descriptors = Record<string, HandlerDescriptor>;

/** Clients of handlers, and handles of their invocations. Within a scope they are `ScopedIngress`. */
export interface IngressClients {
  /**
   * Calls handlers of a service. `opts` is its definition, or only its name with
   * the type given.
   *
   * @example
   * await ingress.serviceClient(greeter).greet("Mary");
   * await ingress.serviceClient<typeof greeter>({ name: "greeter" }).greet("Mary");
   */
  serviceClient<D>(opts: ServiceDefinitionFrom<D>): IngressClient<Service<D>>;
  /** Calls handlers of the object with this key. The empty string is a key. */
  objectClient<D>(opts: VirtualObjectDefinitionFrom<D>, key: string): IngressClient<VirtualObject<D>>;
  /** Starts the workflow instance with this key, waits for it, calls its shared handlers. */
  workflowClient<D>(opts: WorkflowDefinitionFrom<D>, key: string): IngressWorkflowClient<Workflow<D>>;
  /** Sends to handlers of a service. */
  serviceSendClient<D>(opts: ServiceDefinitionFrom<D>): IngressSendClient<Service<D>>;
  /** Sends to handlers of the object with this key. */
  objectSendClient<D>(opts: VirtualObjectDefinitionFrom<D>, key: string): IngressSendClient<VirtualObject<D>>;
  /** Sends to handlers of the workflow instance with this key; `run` starts it, as `workflowSubmit` does. */
  workflowSendClient<D>(opts: WorkflowDefinitionFrom<D>, key: string): IngressSendClient<Workflow<D>>;

  /** Calls handlers of a contract (`iface.service` and the like). Objects and workflows need a key. */
  client<P extends string, H extends Descriptors>(
    serviceInterface: ServiceDescriptor<P, H>,
  ): IngressClientFromDescriptors<H>;
  client<P extends string, H extends Descriptors>(
    objectOrWorkflowInterface: ObjectDescriptor<P, H> | WorkflowDescriptor<P, H>,
    key: string,
  ): IngressClientFromDescriptors<H>;
  /** Like {@link IngressClients.client}, for sends. */
  sendClient<P extends string, H extends Descriptors>(
    serviceInterface: ServiceDescriptor<P, H>,
  ): IngressSendClientFromDescriptors<H>;
  sendClient<P extends string, H extends Descriptors>(
    objectOrWorkflowInterface: ObjectDescriptor<P, H> | WorkflowDescriptor<P, H>,
    key: string,
  ): IngressSendClientFromDescriptors<H>;

  /**
   * The invocation of a service's handler that was made with this idempotency
   * key. With a name instead of a definition, say the result's type.
   *
   * @example
   * await ingress.serviceInvocation(greeter, "greet", "my-key").attach();
   * await ingress.serviceInvocation<string>("greeter", "greet", "my-key").attach();
   */
  serviceInvocation<O = unknown>(
    service: string,
    handler: string,
    idempotencyKey: string,
  ): IngressInvocation<O>;
  serviceInvocation<P extends string, H extends Descriptors, K extends keyof H & string>(
    service: ServiceDescriptor<P, H>,
    handler: K,
    idempotencyKey: string,
  ): IngressInvocation<InferOutput<H[K]>>;
  serviceInvocation<D, K extends keyof Service<D> & string>(
    service: ServiceDefinitionFrom<D>,
    handler: K,
    idempotencyKey: string,
  ): IngressInvocation<HandlerReturnType<Service<D>[K]>>;

  /** The invocation of an object's handler that was made with this idempotency key. */
  objectInvocation<O = unknown>(
    object: string,
    key: string,
    handler: string,
    idempotencyKey: string,
  ): IngressInvocation<O>;
  objectInvocation<P extends string, H extends Descriptors, K extends keyof H & string>(
    object: ObjectDescriptor<P, H>,
    key: string,
    handler: K,
    idempotencyKey: string,
  ): IngressInvocation<InferOutput<H[K]>>;
  objectInvocation<D, K extends keyof VirtualObject<D> & string>(
    object: VirtualObjectDefinitionFrom<D>,
    key: string,
    handler: K,
    idempotencyKey: string,
  ): IngressInvocation<HandlerReturnType<VirtualObject<D>[K]>>;

  /** The `run` of the workflow instance with this key. */
  workflowInvocation<O = unknown>(workflow: string, key: string): IngressInvocation<O>;
  workflowInvocation<P extends string, H extends Descriptors>(
    workflow: WorkflowDescriptor<P, H>,
    key: string,
  ): IngressInvocation<InferOutput<H["run"]>>;
  workflowInvocation<D>(
    workflow: WorkflowDefinitionFrom<D>,
    key: string,
  ): IngressInvocation<WorkflowOutput<Workflow<D>>>;
}

/** An invocation that was made before, here or elsewhere. Made without I/O: it need not exist. */
export interface IngressInvocation<O> {
  /**
   * Waits for the result. Rejects with the handler's `TerminalError` if it
   * failed, with `InvocationNotFoundError` if the server does not know it.
   */
  attach(opts?: Opts<void, O>): Promise<O>;
  /** Looks for the result without waiting. Rejects like `attach`. */
  output(opts?: Opts<void, O>): Promise<Output<O>>;
}

/** Clients whose requests are made within a scope. Made by {@link Ingress.scope}. */
export type ScopedIngress = IngressClients;

/** What a generic call and a generic send have in common. */
export interface GenericRequest<I> {
  readonly service: string;
  readonly handler: string;
  readonly parameter: I;
  /** Needed for an object or a workflow. The empty string is a key. */
  readonly key?: string | undefined;
  /**
   * See {@link Ingress.scope}.
   *
   * @experimental
   */
  readonly scope?: string | undefined;
}

/**
 * Invokes handlers from outside of handlers, over the ingress of a server or of
 * an embedded engine. Inside a handler use `ctx`, whose calls are journaled.
 *
 * What its promises reject with is said in the file of the errors: see
 * `HttpCallError`, `TransportError` and `TerminalError`.
 */
export interface Ingress extends IngressClients {
  /**
   * Completes an awakeable; the handler's `await` gets the payload. Resolves when
   * the server has it, whether or not anyone still waits. Never repeated.
   */
  resolveAwakeable<T>(id: string, payload?: T, payloadSerde?: Serde<T>): Promise<void>;
  /** Fails an awakeable; the handler's `await` throws a `TerminalError` with this message. Never repeated. */
  rejectAwakeable(id: string, reason: string): Promise<void>;

  /**
   * Waits for the result of a send that had an idempotency key, or of a workflow
   * submission. Rejects at once for another send.
   */
  result<T>(send: Send<T> | WorkflowSubmission<T>, resultSerde?: Serde<T>): Promise<T>;
  /** The invocation with this id, or the one that a send has made. */
  invocation<O = unknown>(invocation: string | Send<O>): IngressInvocation<O>;

  /** Calls a handler of which only the names are known. The default serde is the connection's, not binary. */
  call<I = Uint8Array, O = Uint8Array>(
    opts: GenericRequest<I> & { opts?: Opts<I, O> | undefined },
  ): Promise<O>;
  /** Sends to a handler of which only the names are known. */
  send<I = Uint8Array>(opts: GenericRequest<I> & { opts?: SendOpts<I> | undefined }): Promise<Send>;

  /**
   * Clients that work within a scope: it is part of the identity of what they
   * reach, so the same object key or idempotency key in another scope is another
   * object or invocation. 1 to 36 of the characters `a-z A-Z 0-9 _ . -`.
   *
   * The server needs flow control (`RESTATE_EXPERIMENTAL_ENABLE_VQUEUES`) and
   * protocol v7 (`RESTATE_EXPERIMENTAL_ENABLE_PROTOCOL_V7`), else it answers 400.
   * Restate Server 1.7 has scoped services and workflows, but no scoped objects.
   *
   * @experimental
   */
  scope(scopeKey: string): ScopedIngress;
}
