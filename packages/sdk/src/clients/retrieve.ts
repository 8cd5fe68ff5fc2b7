import { TerminalError } from "../errors.ts";
import type { Serde } from "../serde/serde.ts";
import type { Answer } from "./answer.ts";
import type { Output } from "./client-types.ts";
import { type Connection, mergeHeaders, toAttemptOptions } from "./connection.ts";
import { HttpCallError, InvocationNotFoundError, InvocationNotReadyError } from "./errors.ts";
import type { IngressCallOptions } from "./options.ts";
import { decodePayload } from "./payload.ts";
import { describeResultTarget, type ResultTarget } from "./target.ts";

/** Results of invocations that were made before: waited for, or looked up. */

export interface ResultQuery {
  readonly target: ResultTarget;
  readonly options: IngressCallOptions;
  /** What the definition names; the options come before it, the connection's after it. */
  readonly outputSerde: Serde<unknown> | undefined;
}

/** Waits for the result. */
export async function attach(connection: Connection, query: ResultQuery): Promise<unknown> {
  const what = `attach to ${describeResultTarget(query.target)}`;
  try {
    return await decode(connection, query, what, await ask(connection, query, "attach", what));
  } catch (error) {
    if (isUnknownOrNotFound(error) && (await isUnknown(connection, query))) {
      const { status, responseText, invocationId } = error.cause;
      throw new InvocationNotFoundError(status, responseText, `${what}: the server does not know it`, {
        cause: error,
        invocationId,
        hint: "It was never invoked, or its retention is over.",
      });
    }
    throw error;
  }
}

/** Looks for the result without waiting. */
export async function output(connection: Connection, query: ResultQuery): Promise<Output<unknown>> {
  const what = `output of ${describeResultTarget(query.target)}`;
  try {
    const result = await decode(connection, query, what, await ask(connection, query, "output", what));
    return { ready: true, result };
  } catch (error) {
    if (!(error instanceof InvocationNotReadyError)) throw error;
    return {
      ready: false,
      get result(): never {
        throw error;
      },
    };
  }
}

async function ask(
  connection: Connection,
  { target, options }: ResultQuery,
  verb: "attach" | "output",
  what: string,
): Promise<Answer> {
  const headers = mergeHeaders(connection, options.headers);
  const shared = { kind: "result", what, headers, repeatable: true, ...toAttemptOptions(options) } as const;
  if (target.target === "invocation") {
    const path = `/restate/invocation/${encodeURIComponent(target.invocationId)}/${verb}`;
    return await connection.transport({ ...shared, method: "GET", path });
  }
  headers.set("content-type", "application/json");
  const body = new TextEncoder().encode(JSON.stringify(target));
  return await connection.transport({ ...shared, method: "POST", path: `/restate/${verb}`, body });
}

async function decode(
  connection: Connection,
  { options, outputSerde }: ResultQuery,
  what: string,
  answer: Answer,
): Promise<unknown> {
  const serde = (options.output as Serde<unknown> | undefined) ?? outputSerde ?? connection.serde;
  return await decodePayload(answer.body, serde, connection.codec, what);
}

/**
 * To an attach, the server answers in the very same words when it does not know
 * the invocation and when the handler failed with "not found" and 404.
 */
function isUnknownOrNotFound(error: unknown): error is TerminalError & { readonly cause: HttpCallError } {
  return (
    error instanceof TerminalError &&
    error.cause instanceof HttpCallError &&
    error.code === 404 &&
    error.message === "not found"
  );
}

/** Asked for the output, it tells the two apart. */
async function isUnknown(connection: Connection, query: ResultQuery): Promise<boolean> {
  try {
    await ask(connection, query, "output", `output of ${describeResultTarget(query.target)}`);
    return false;
  } catch (error) {
    return error instanceof InvocationNotFoundError;
  }
}
