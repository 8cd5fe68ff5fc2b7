import type { Serde } from "../serde/serde.ts";
import type {
  Service,
  ServiceDefinitionFrom,
  VirtualObject,
  VirtualObjectDefinitionFrom,
  Workflow,
  WorkflowDefinitionFrom,
} from "./core.ts";
import type {
  HandlerDescriptor,
  ObjectDescriptor,
  ServiceDescriptor,
  WorkflowDescriptor,
} from "./descriptor.ts";
import type { Duration } from "./duration.ts";
import type { Client, ClientFromDescriptors, SendClient, SendClientFromDescriptors } from "./rpc.ts";

/** What a generic call and a generic send have in common. */
interface GenericTarget<REQ> {
  service: string;
  /** The handler's name. */
  method: string;
  parameter: REQ;
  /** Needed for an object or a workflow. */
  key?: string;
  /** Seen by the callee in `ctx.request().headers`. */
  headers?: Record<string, string>;
  /** Binary when absent: `parameter` is then a `Uint8Array`. */
  inputSerde?: Serde<REQ>;
  /** Calls with the same target and key share one invocation. */
  idempotencyKey?: string;
  /** See `Context.scope`. */
  scope?: string;
  /** One or two levels parted by `/`; needs a scope. */
  limitKey?: string;
  /** Shown to operators in the journal. */
  name?: string;
}

/** A call to a handler of which only the names are known. */
export interface GenericCall<REQ, RES> extends GenericTarget<REQ> {
  /** Binary when absent: the result is then a `Uint8Array`. */
  outputSerde?: Serde<RES>;
}

/** A send to a handler of which only the names are known. */
export interface GenericSend<REQ> extends GenericTarget<REQ> {
  /** When to start the invocation, from now on; milliseconds when a number. At once when absent. */
  delay?: Duration | number;
}

/**
 * Clients of other handlers. A call is journaled: it is made once however often
 * this handler is retried, and its result or its `TerminalError` is replayed. A
 * send returns at once and is delivered even if this invocation ends before.
 */
export interface ContextClients {
  /**
   * Calls handlers of a service. `opts` is its definition, or only its name with
   * the type given.
   *
   * @example
   * const quote = await ctx.serviceClient(pricing).quote(item);
   * const same = await ctx.serviceClient<typeof pricing>({ name: "pricing" }).quote(item);
   */
  serviceClient<D>(opts: ServiceDefinitionFrom<D>): Client<Service<D>>;
  /** Calls handlers of the object with this key. */
  objectClient<D>(opts: VirtualObjectDefinitionFrom<D>, key: string): Client<VirtualObject<D>>;
  /** Calls handlers of the workflow instance with this key. A second `run` fails with 409. */
  workflowClient<D>(opts: WorkflowDefinitionFrom<D>, key: string): Client<Workflow<D>>;

  /**
   * Sends to handlers of a service without waiting for their results.
   *
   * @example
   * ctx.serviceSendClient(mailer).remind(order, rpc.sendOpts({ delay: { hours: 24 } }));
   */
  serviceSendClient<D>(service: ServiceDefinitionFrom<D>): SendClient<Service<D>>;
  /** Sends to handlers of the object with this key. What one invocation sends to a key arrives in order. */
  objectSendClient<D>(obj: VirtualObjectDefinitionFrom<D>, key: string): SendClient<VirtualObject<D>>;
  /** Sends to handlers of the workflow instance with this key. */
  workflowSendClient<D>(opts: WorkflowDefinitionFrom<D>, key: string): SendClient<Workflow<D>>;

  /**
   * Calls handlers of a contract (`iface.service` and the like) or of an
   * implemented definition. Objects and workflows need a key.
   *
   * @example
   * await ctx.client(counter, "visits").add(1);
   */
  client<P extends string, H extends Record<string, HandlerDescriptor>>(
    serviceInterface: ServiceDescriptor<P, H>,
  ): ClientFromDescriptors<H>;
  client<P extends string, H extends Record<string, HandlerDescriptor>>(
    objectOrWorkflowInterface: ObjectDescriptor<P, H> | WorkflowDescriptor<P, H>,
    key: string,
  ): ClientFromDescriptors<H>;
  /** Like {@link ContextClients.client}, for sends. */
  sendClient<P extends string, H extends Record<string, HandlerDescriptor>>(
    serviceInterface: ServiceDescriptor<P, H>,
  ): SendClientFromDescriptors<H>;
  sendClient<P extends string, H extends Record<string, HandlerDescriptor>>(
    objectOrWorkflowInterface: ObjectDescriptor<P, H> | WorkflowDescriptor<P, H>,
    key: string,
  ): SendClientFromDescriptors<H>;
}

/** Clients whose calls and sends are made within a scope. See `Context.scope`. */
export type ScopedContext = ContextClients;
