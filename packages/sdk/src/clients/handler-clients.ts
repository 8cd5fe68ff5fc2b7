import type { ServiceKind } from "../definition/bound.ts";
import { describeHandler } from "../definition/describe.ts";
import type { Send } from "./client-types.ts";
import { type Connection, optionsOf } from "./connection.ts";
import { callHandler, type Invocation, outputSerdeOf, sendToHandler } from "./invoke.ts";
import { type IngressSendOptions, toOptions } from "./options.ts";
import { attach, output } from "./retrieve.ts";
import { rememberOutputSerde } from "./sends.ts";
import type { HandlerTarget } from "./target.ts";

/** Clients whose properties are handlers. Which there are, only the types know. */

/** Whose handlers a client's properties are. */
export interface Callee {
  readonly connection: Connection;
  /** A definition, a contract, or no more than `{ name }`. */
  readonly definition: { readonly name: string };
  readonly kind: ServiceKind;
  readonly key: string | undefined;
  readonly scope: string | undefined;
}

type Method = (callee: Callee, handler: string, args: readonly unknown[]) => Promise<unknown>;

export function createCallClient(callee: Callee): unknown {
  return createClient(callee, call);
}

export function createSendClient(callee: Callee): unknown {
  return createClient(callee, send);
}

export function createWorkflowClient(callee: Callee): unknown {
  return createClient(callee, (_, handler, args) => {
    switch (handler) {
      case "workflowSubmit":
        return send(callee, "run", args);
      case "workflowAttach":
        return attachToWorkflow(callee, args);
      case "workflowOutput":
        return lookAtWorkflow(callee, args);
      default:
        return call(callee, handler, args);
    }
  });
}

function createClient(callee: Callee, method: Method): unknown {
  return new Proxy(callee, {
    get(_, property) {
      // A client that is awaited or returned from an async function must not look like a promise.
      if (typeof property !== "string" || property === "then") return undefined;
      return (...args: unknown[]) => method(callee, property, args);
    },
  });
}

async function call(callee: Callee, handler: string, args: readonly unknown[]): Promise<unknown> {
  return await callHandler(callee.connection, toInvocation(callee, handler, args));
}

async function send(callee: Callee, handler: string, args: readonly unknown[]): Promise<Send> {
  const invocation = toInvocation(callee, handler, args);
  const sent = await sendToHandler(callee.connection, invocation);
  return rememberOutputSerde(sent, outputSerdeOf(invocation));
}

async function attachToWorkflow(callee: Callee, args: readonly unknown[]): Promise<unknown> {
  return await attach(callee.connection, toWorkflowQuery(callee, "workflowAttach", args));
}

async function lookAtWorkflow(callee: Callee, args: readonly unknown[]): Promise<unknown> {
  return await output(callee.connection, toWorkflowQuery(callee, "workflowOutput", args));
}

function toWorkflowQuery(
  { definition, key, scope }: Callee,
  method: string,
  args: readonly unknown[],
): Parameters<typeof attach>[1] {
  return {
    target: { target: "workflow", workflowName: definition.name, workflowKey: key ?? "", scope },
    options: optionsOf(`${definition.name}.${method}`, args[0]),
    outputSerde: describeHandler(definition, "run")?.output,
  };
}

function toInvocation(callee: Callee, handler: string, args: readonly unknown[]): Invocation {
  const { definition, kind, key, scope } = callee;
  const target: HandlerTarget = { service: definition.name, handler, key, scope };
  const { parameter, options } = toArguments(`${definition.name}.${handler}`, args);
  const serdes = describeHandler(definition, handler);
  return {
    target,
    parameter,
    options,
    inputSerde: serdes?.input,
    outputSerde: serdes?.output,
    startsWorkflow: kind === "workflow" && handler === "run",
  };
}

/** `()`, `(options)`, `(input)` and `(input, options)`. */
function toArguments(
  where: string,
  args: readonly unknown[],
): { readonly parameter: unknown; readonly options: IngressSendOptions } {
  const last = toOptions(args.at(-1));
  if (args.length < 2) {
    return last === undefined ? { parameter: args[0], options: {} } : { parameter: undefined, options: last };
  }
  if (args.length > 2 || (last === undefined && args[1] !== undefined)) {
    throw new TypeError(
      `${where} takes an input and options, and the options must be made by rpc.opts or rpc.sendOpts`,
    );
  }
  return { parameter: args[0], options: last ?? {} };
}
