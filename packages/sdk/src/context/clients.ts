import type { ServiceKind } from "../definition/bound.ts";
import type { ContextClients } from "../definition/calls.ts";
import type {
  Service,
  ServiceDefinitionFrom,
  VirtualObject,
  VirtualObjectDefinitionFrom,
  Workflow,
  WorkflowDefinitionFrom,
} from "../definition/core.ts";
import type { Descriptor, HandlerDescriptor } from "../definition/descriptor.ts";
import type {
  Client,
  ClientFromDescriptors,
  SendClient,
  SendClientFromDescriptors,
} from "../definition/rpc.ts";
import {
  type Callee,
  type CalleeDefinition,
  checkCallee,
  createCallClient,
  createSendClient,
} from "./client-proxy.ts";
import type { ContextCore } from "./core.ts";

/**
 * The client factories of a context, or of one scope of it. What they work on
 * stands in properties and not in private fields, so that a context which
 * somebody wrapped in a Proxy still works.
 */
export class Clients implements ContextClients {
  readonly "~core": ContextCore;
  readonly "~scope": string | undefined;

  constructor(core: ContextCore, scope?: string) {
    this["~core"] = core;
    this["~scope"] = scope;
  }

  serviceClient<D>(definition: ServiceDefinitionFrom<D>): Client<Service<D>> {
    return createCallClient(toCallee(this, "service", definition)) as Client<Service<D>>;
  }

  objectClient<D>(definition: VirtualObjectDefinitionFrom<D>, key: string): Client<VirtualObject<D>> {
    return createCallClient(toCallee(this, "object", definition, key)) as Client<VirtualObject<D>>;
  }

  workflowClient<D>(definition: WorkflowDefinitionFrom<D>, key: string): Client<Workflow<D>> {
    return createCallClient(toCallee(this, "workflow", definition, key)) as Client<Workflow<D>>;
  }

  serviceSendClient<D>(definition: ServiceDefinitionFrom<D>): SendClient<Service<D>> {
    return createSendClient(toCallee(this, "service", definition)) as SendClient<Service<D>>;
  }

  objectSendClient<D>(definition: VirtualObjectDefinitionFrom<D>, key: string): SendClient<VirtualObject<D>> {
    return createSendClient(toCallee(this, "object", definition, key)) as SendClient<VirtualObject<D>>;
  }

  workflowSendClient<D>(definition: WorkflowDefinitionFrom<D>, key: string): SendClient<Workflow<D>> {
    return createSendClient(toCallee(this, "workflow", definition, key)) as SendClient<Workflow<D>>;
  }

  client<P extends string, H extends Record<string, HandlerDescriptor>>(
    contract: Descriptor<P, H>,
    key?: string,
  ): ClientFromDescriptors<H> {
    return createCallClient(toCallee(this, contract._kind, contract, key)) as ClientFromDescriptors<H>;
  }

  sendClient<P extends string, H extends Record<string, HandlerDescriptor>>(
    contract: Descriptor<P, H>,
    key?: string,
  ): SendClientFromDescriptors<H> {
    return createSendClient(toCallee(this, contract._kind, contract, key)) as SendClientFromDescriptors<H>;
  }
}

function toCallee(clients: Clients, kind: ServiceKind, definition: unknown, key?: string): Callee {
  return checkCallee({
    core: clients["~core"],
    scope: clients["~scope"],
    definition: definition as CalleeDefinition,
    kind,
    key,
  });
}
