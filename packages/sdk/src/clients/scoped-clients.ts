import type { ServiceKind } from "../definition/bound.ts";
import { describeHandler } from "../definition/describe.ts";
import type { Connection } from "./connection.ts";
import { type Callee, createCallClient, createSendClient, createWorkflowClient } from "./handler-clients.ts";
import type { IngressClients, IngressInvocation } from "./ingress.ts";
import { createInvocation } from "./invocation.ts";
import { checkIdempotencyKey, checkKey } from "./target.ts";

/** Everything that exists both on an `Ingress` and within a scope. */

/** A definition, a contract, or no more than `{ name }`. */
interface Named {
  readonly name: string;
  readonly _kind?: ServiceKind;
}

/** `scope` undefined: not within any. */
export function createClients(connection: Connection, scope: string | undefined): IngressClients {
  function toCallee(definition: Named, kind: ServiceKind, key?: unknown): Callee {
    const name: unknown = (definition as Partial<Named> | undefined)?.name;
    if (typeof name !== "string" || name === "") {
      throw new TypeError(`${kind}: pass a definition, or an object with the name of a ${kind}`);
    }
    const checkedKey = kind === "service" ? undefined : checkKey(kind, name, key);
    return { connection, definition, kind, key: checkedKey, scope };
  }

  function toContractCallee(contract: Named, key: unknown): Callee {
    const kind = contract._kind;
    if (kind === undefined) {
      throw new TypeError(
        "client and sendClient take a contract made by iface, or a whole definition; " +
          "for a name use serviceClient, objectClient or workflowClient",
      );
    }
    return toCallee(contract, kind, key);
  }

  function idempotentInvocation(
    definition: Named | string,
    handler: string,
    identity: { readonly key?: string; readonly idempotencyKey: string },
  ): IngressInvocation<never> {
    const idempotencyKey = checkIdempotencyKey(identity.idempotencyKey);
    const service = typeof definition === "string" ? definition : definition.name;
    return createInvocation(connection, {
      target: { target: "idempotentInvocation", service, handler, ...identity, idempotencyKey, scope },
      outputSerde: describeHandler(definition, handler)?.output,
    });
  }

  return {
    serviceClient: (def) => createCallClient(toCallee(def as Named, "service")) as never,
    objectClient: (def, key) => createCallClient(toCallee(def as Named, "object", key)) as never,
    workflowClient: (def, key) => createWorkflowClient(toCallee(def as Named, "workflow", key)) as never,
    serviceSendClient: (def) => createSendClient(toCallee(def as Named, "service")) as never,
    objectSendClient: (def, key) => createSendClient(toCallee(def as Named, "object", key)) as never,
    workflowSendClient: (def, key) => createSendClient(toCallee(def as Named, "workflow", key)) as never,
    client: (contract: Named, key?: string) => createCallClient(toContractCallee(contract, key)) as never,
    sendClient: (contract: Named, key?: string) => createSendClient(toContractCallee(contract, key)) as never,
    serviceInvocation: (service: unknown, handler: string, idempotencyKey: string) =>
      idempotentInvocation(service as Named | string, handler, { idempotencyKey }),
    objectInvocation: (object: unknown, key: string, handler: string, idempotencyKey: string) =>
      idempotentInvocation(object as Named | string, handler, { key, idempotencyKey }),
    workflowInvocation: (workflow: unknown, key: string) => {
      const workflowName = typeof workflow === "string" ? workflow : (workflow as Named).name;
      return createInvocation(connection, {
        target: {
          target: "workflow",
          workflowName,
          workflowKey: checkKey("workflow", workflowName, key),
          scope,
        },
        outputSerde: describeHandler(workflow, "run")?.output,
      }) as never;
    },
  };
}
