import { RestateError } from "../errors.ts";
import type { Serde } from "../serde/serde.ts";
import { type Answer, textOf } from "./answer.ts";
import type { Send } from "./client-types.ts";
import { type Connection, mergeHeaders, toAttemptOptions } from "./connection.ts";
import { setHeader } from "./headers.ts";
import type { IngressSendOptions } from "./options.ts";
import { decodePayload, encodePayload } from "./payload.ts";
import {
  checkIdempotencyKey,
  checkLimitKey,
  describeTarget,
  type HandlerTarget,
  toDelayQuery,
  toRequestPath,
} from "./target.ts";
import type { IngressRequest } from "./transport.ts";

/** Calls and sends: from a target, an input and options to a request, and back from its answer. */

export interface Invocation {
  readonly target: HandlerTarget;
  readonly parameter: unknown;
  readonly options: IngressSendOptions;
  /** What the definition names; the options come before it, the connection's after it. */
  readonly inputSerde: Serde<unknown> | undefined;
  readonly outputSerde: Serde<unknown> | undefined;
  /** The start of a workflow, which its key makes happen once. */
  readonly startsWorkflow: boolean;
}

/** The serde that the caller or the definition names for the result. */
export function outputSerdeOf({ options, outputSerde }: Invocation): Serde<unknown> | undefined {
  return (options.output as Serde<unknown> | undefined) ?? outputSerde;
}

/** Makes the call and waits for its result. */
export async function callHandler(connection: Connection, invocation: Invocation): Promise<unknown> {
  const { target, options } = invocation;
  const what = `call of ${describeTarget(target)}`;
  if (options.delay !== undefined) {
    throw new TypeError(`${what}: a call has no delay; use a send client`);
  }
  const repeatable = options.idempotencyKey !== undefined;
  const request = toRequest(connection, invocation, { verb: "call", what, repeatable });
  const answer = await connection.transport(request);
  return await decodePayload(
    answer.body,
    outputSerdeOf(invocation) ?? connection.serde,
    connection.codec,
    what,
  );
}

/** Hands the message over and resolves once the server has it. */
export async function sendToHandler(connection: Connection, invocation: Invocation): Promise<Send> {
  const { target, options, startsWorkflow } = invocation;
  const what = `send to ${describeTarget(target)}`;
  const attachable = startsWorkflow || options.idempotencyKey !== undefined;
  const request = toRequest(connection, invocation, { verb: "send", what, repeatable: attachable });
  const answer = await connection.transport({ ...request, path: request.path + toDelayQuery(options.delay) });
  return { ...parseSendAnswer(answer, what), attachable };
}

interface RequestShape {
  readonly verb: "call" | "send";
  readonly what: string;
  readonly repeatable: boolean;
}

function toRequest(
  connection: Connection,
  { target, parameter, options, inputSerde, startsWorkflow }: Invocation,
  { verb, what, repeatable }: RequestShape,
): IngressRequest {
  const path = toRequestPath(verb, target);
  const serde = (options.input as Serde<unknown> | undefined) ?? inputSerde ?? connection.serde;
  const { body, contentType } = encodePayload(parameter, serde, connection.codec);
  const headers = mergeHeaders(connection, options.headers);
  if (contentType !== undefined && !headers.has("content-type")) {
    setHeader(headers, "content-type", contentType);
  }
  if (options.idempotencyKey !== undefined) {
    if (startsWorkflow) {
      throw new TypeError(
        `${what}: a workflow's key already makes it run once; leave the idempotency key out`,
      );
    }
    headers.set("idempotency-key", checkIdempotencyKey(options.idempotencyKey));
  }
  if (options.limitKey !== undefined) {
    headers.set("x-restate-limit-key", checkLimitKey(options.limitKey, target));
  }
  return {
    kind: "invoke",
    what,
    method: "POST",
    path,
    headers,
    body,
    repeatable,
    ...toAttemptOptions(options),
  };
}

function parseSendAnswer(answer: Answer, what: string): Pick<Send, "invocationId" | "status"> {
  const text = textOf(answer);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  const { invocationId, status } = (parsed ?? {}) as Record<string, unknown>;
  if (typeof invocationId === "string" && (status === "Accepted" || status === "PreviouslyAccepted")) {
    return { invocationId, status };
  }
  throw new RestateError(
    `${what}: the ingress answered ${answer.status} with something else than a send's answer: ${text}`,
    {
      hint: "Check that the url is the one of a Restate ingress.",
    },
  );
}
