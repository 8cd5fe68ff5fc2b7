import type { Send } from "./client-types.ts";
import type { Connection } from "./connection.ts";
import type { GenericRequest } from "./ingress.ts";
import { callHandler, type Invocation, outputSerdeOf, sendToHandler } from "./invoke.ts";
import { toOptions } from "./options.ts";
import { rememberOutputSerde } from "./sends.ts";
import { checkScope } from "./target.ts";

/** Calls and sends to handlers of which only the names are known. */

type AnyRequest = GenericRequest<unknown> & { readonly opts?: unknown };

export async function genericCall(connection: Connection, request: AnyRequest): Promise<unknown> {
  return await callHandler(connection, toInvocation(request));
}

export async function genericSend(connection: Connection, request: AnyRequest): Promise<Send> {
  const invocation = toInvocation(request);
  return rememberOutputSerde(await sendToHandler(connection, invocation), outputSerdeOf(invocation));
}

function toInvocation({ service, handler, key, scope, parameter, opts }: AnyRequest): Invocation {
  const options = toOptions(opts);
  if (opts !== undefined && options === undefined) {
    throw new TypeError(`${service}.${handler}: opts must be made by rpc.opts or rpc.sendOpts`);
  }
  return {
    target: { service, handler, key, scope: scope === undefined ? undefined : checkScope(scope) },
    parameter,
    options: options ?? {},
    inputSerde: undefined,
    outputSerde: undefined,
    // Whether it is a workflow, only the server knows.
    startsWorkflow: false,
  };
}
