import { rejectAwakeable, resolveAwakeable } from "./awakeables.ts";
import type { Send } from "./client-types.ts";
import { type Connection, createConnection } from "./connection.ts";
import { genericCall, genericSend } from "./generic.ts";
import type { Ingress } from "./ingress.ts";
import { createInvocation } from "./invocation.ts";
import type { ConnectionOpts } from "./options.ts";
import { attach, type ResultQuery } from "./retrieve.ts";
import { createClients } from "./scoped-clients.ts";
import { recallOutputSerde } from "./sends.ts";
import { checkScope } from "./target.ts";
import { type Clock, type Exchange, systemClock } from "./transport.ts";

/**
 * A client of an ingress. Does no I/O until it is used. Throws a `TypeError` for
 * options that cannot work.
 *
 * @example
 * const ingress = connect({ url: "http://localhost:8080", retry: true });
 * await ingress.serviceClient(greeter).greet("Mary", rpc.opts({ idempotencyKey: "abc" }));
 */
export function connect(opts: ConnectionOpts): Ingress {
  return connectWithClock(opts, systemClock);
}

/** A client whose requests another than `fetch` carries: the engine of its own process. */
export function connectByExchange(opts: ConnectionOpts, exchange: Exchange): Ingress {
  return toIngress(createConnection(opts, systemClock, exchange));
}

/** For tests: time and chance come from `clock`. */
export function connectWithClock(opts: ConnectionOpts, clock: Clock): Ingress {
  return toIngress(createConnection(opts, clock));
}

function toIngress(connection: Connection): Ingress {
  return {
    ...createClients(connection, undefined),
    scope: (scopeKey) => createClients(connection, checkScope(scopeKey)),
    call: async (request) => (await genericCall(connection, request)) as never,
    send: (request) => genericSend(connection, request),
    invocation: (invocation) => createInvocation(connection, toQuery(invocation)),
    result: async (send, resultSerde) =>
      (await waitForResult(connection, send, {
        ...toQuery(send),
        options: resultSerde === undefined ? {} : { output: resultSerde },
      })) as never,
    resolveAwakeable: (id, payload, payloadSerde) =>
      resolveAwakeable(connection, id, payload, payloadSerde as never),
    rejectAwakeable: (id, reason) => rejectAwakeable(connection, id, reason),
  };
}

function toQuery(invocation: string | Send): Omit<ResultQuery, "options"> {
  if (typeof invocation === "string") {
    return { target: { target: "invocation", invocationId: invocation }, outputSerde: undefined };
  }
  return {
    target: { target: "invocation", invocationId: invocation.invocationId },
    outputSerde: recallOutputSerde(invocation),
  };
}

async function waitForResult(connection: Connection, send: Send, query: ResultQuery): Promise<unknown> {
  if (!send.attachable) {
    throw new TypeError(
      `result of ${send.invocationId}: it was sent without an idempotency key, so its result may not be kept; ` +
        "send it with rpc.sendOpts({ idempotencyKey })",
    );
  }
  return await attach(connection, query);
}
