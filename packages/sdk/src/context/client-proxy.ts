import type { ServiceKind } from "../definition/bound.ts";
import { describeHandler } from "../definition/describe.ts";
import type { InvocationHandle, InvocationPromise } from "../definition/promises.ts";
import { type ClientCallOptions, type ClientSendOptions, isOpts, isSendOpts } from "../definition/rpc.ts";
import { call, type HandlerRequest, send } from "./calls.ts";
import type { ContextCore } from "./core.ts";
import { serdeOr } from "./payload.ts";
import { checkName, checkString, misuse, show } from "./validation.ts";

/** What a caller passes: a definition, a contract, or no more than the name. */
export interface CalleeDefinition {
  readonly name: string;
  readonly _kind?: ServiceKind;
}

/** Whose handlers a client's properties are. */
export interface Callee {
  readonly core: ContextCore;
  readonly definition: CalleeDefinition;
  readonly kind: ServiceKind;
  readonly key: string | undefined;
  readonly scope: string | undefined;
}

/** Every property of the client is a handler, called with its input and options. */
export function createCallClient(callee: Callee): unknown {
  return new Proxy(callee, CALLS);
}

export function createSendClient(callee: Callee): unknown {
  return new Proxy(callee, SENDS);
}

/** Checks what makes a callee, before any of its handlers is named. */
export function checkCallee(callee: Callee): Callee {
  const { core, definition, kind, key } = callee;
  const name: unknown = typeof definition === "object" && definition !== null ? definition.name : undefined;
  checkName(core.handler, "The name of the called service", name, 'Pass its definition, or { name: "…" }.');
  const known = definition._kind;
  if (known !== undefined && (known === "service") !== (kind === "service")) {
    throw misuse(
      core.handler,
      `${show(name)} is not a ${kind === "service" ? "service" : "keyed service"} but of kind ${known}`,
      `Use ctx.${known}Client or ctx.${known}SendClient.`,
    );
  }
  if (kind !== "service") {
    checkString(core.handler, `The key of ${kind} ${show(name)}`, key, "Keys are text: pass String(id).");
  }
  return callee;
}

const CALLS: ProxyHandler<Callee> = {
  get: (callee, property) =>
    isHandlerName(property) ? (...args: unknown[]) => callHandler(callee, property, args) : undefined,
};

const SENDS: ProxyHandler<Callee> = {
  get: (callee, property) =>
    isHandlerName(property) ? (...args: unknown[]) => sendToHandler(callee, property, args) : undefined,
};

/** A client that is awaited or returned from an async function must not look like a promise. */
function isHandlerName(property: string | symbol): property is string {
  return typeof property === "string" && property !== "then";
}

function callHandler(callee: Callee, method: string, args: readonly unknown[]): InvocationPromise<unknown> {
  const { parameter, options } = toArguments(callee, method, args);
  if ("delay" in options && options.delay !== undefined) {
    throw new TypeError(
      `${callee.definition.name}.${method}: a call has no delay. Use a send client, or await ctx.sleep first.`,
    );
  }
  const given = "output" in options ? options.output : undefined;
  const { core } = callee;
  const described = describeHandler(callee.definition, method);
  return call(core, toRequest(callee, method, { parameter, options }), {
    input: serdeOr(core, options.input ?? described?.input),
    output: serdeOr(core, given ?? described?.output),
  });
}

function sendToHandler(callee: Callee, method: string, args: readonly unknown[]): InvocationHandle {
  const { parameter, options } = toArguments(callee, method, args);
  const delay = "delay" in options ? options.delay : undefined;
  const { core } = callee;
  const input = serdeOr(core, options.input ?? describeHandler(callee.definition, method)?.input);
  return send(core, toRequest(callee, method, { parameter, options }), { input, delay });
}

type Options = ClientCallOptions<unknown, unknown> | ClientSendOptions<unknown>;

interface ClientArguments {
  readonly parameter: unknown;
  readonly options: Options;
}

const NO_OPTIONS: Options = {};

/** `()`, `(options)`, `(input)` and `(input, options)`. */
function toArguments(callee: Callee, method: string, args: readonly unknown[]): ClientArguments {
  const where = `${callee.definition.name}.${method}`;
  if (args.length > 2) {
    throw new TypeError(`${where} takes an input and options, not ${args.length} arguments.`);
  }
  const last = toOptions(args.at(-1));
  if (args.length < 2) {
    return last === undefined
      ? { parameter: args[0], options: NO_OPTIONS }
      : { parameter: undefined, options: last };
  }
  if (last === undefined && args[1] !== undefined) {
    throw new TypeError(
      `${where}: the second argument must be made by rpc.opts or rpc.sendOpts, not ${show(args[1])}.`,
    );
  }
  return { parameter: args[0], options: last ?? NO_OPTIONS };
}

function toOptions(value: unknown): Options | undefined {
  return isOpts(value) || isSendOpts(value) ? value.getOpts() : undefined;
}

function toRequest(callee: Callee, method: string, { parameter, options }: ClientArguments): HandlerRequest {
  const { core, definition, kind, key, scope } = callee;
  if (kind === "workflow" && method === "run" && options.idempotencyKey !== undefined) {
    throw misuse(
      core.handler,
      `An idempotency key for run of workflow ${show(definition.name)}`,
      "The workflow's key already makes run happen once; leave the idempotency key out.",
    );
  }
  return {
    service: definition.name,
    method,
    key: kind === "service" ? undefined : key,
    parameter,
    headers: options.headers,
    idempotencyKey: options.idempotencyKey,
    scope,
    limitKey: options.limitKey,
    name: options.name,
  };
}
