import type { EngineApi, ResultTarget } from "../engine-api.ts";
import { type HttpRequest, type HttpResponse, jsonResponse } from "../http/message.ts";
import { findInvocationIdProblem } from "../http/resource-ids.ts";
import { toResultResponse } from "./answer.ts";
import { IngressError, methodNotAllowed } from "./ingress-error.ts";
import type { ResultVerb } from "./path.ts";
import { checkScope } from "./scope.ts";

/** Attach, output and lookup: results of invocations that were made before. */

const NOT_READY = 470;

/** By an id in the path. */
export async function resultById(
  engine: EngineApi,
  { verb, invocationId }: { readonly verb: ResultVerb; readonly invocationId: string },
  request: HttpRequest,
): Promise<HttpResponse> {
  checkInvocationId(invocationId);
  if (request.method !== "GET") throw methodNotAllowed();
  return await result(engine, verb, { invocationId, signal: request.signal });
}

/** By what else names an invocation, in the path. */
export async function resultByTarget(
  engine: EngineApi,
  { verb, target }: { readonly verb: ResultVerb; readonly target: ResultTarget },
  request: HttpRequest,
): Promise<HttpResponse> {
  if (request.method !== "GET") throw methodNotAllowed();
  return await result(engine, verb, { invocationId: engine.lookup(target), signal: request.signal });
}

/** By a target in the body. */
export async function resultByBody(
  engine: EngineApi,
  verb: ResultVerb | "lookup",
  request: HttpRequest,
): Promise<HttpResponse> {
  if (request.method !== "POST") throw methodNotAllowed();
  const target = parseTarget(await request.readBody(), verb === "lookup" ? "lookup" : "request");
  const invocationId = engine.lookup(target);
  if (verb === "lookup") return jsonResponse(200, { invocationId });
  return await result(engine, verb, { invocationId, signal: request.signal });
}

async function result(
  engine: EngineApi,
  verb: ResultVerb,
  { invocationId, signal }: { readonly invocationId: string; readonly signal: AbortSignal | undefined },
): Promise<HttpResponse> {
  if (verb === "attach") return toResultResponse(await engine.attach(invocationId, signal), engine);
  const answer = await engine.output(invocationId);
  if (answer.type === "notReady") {
    throw new IngressError(NOT_READY, "the invocation exists but has not completed yet");
  }
  if (answer.type === "notFound") throw new IngressError(404, "invocation not found");
  return toResultResponse(answer, engine);
}

function checkInvocationId(id: string): void {
  const problem = findInvocationIdProblem(id);
  if (problem !== undefined) throw new IngressError(400, `bad invocation id '${id}': ${problem}`);
}

/** @throws IngressError */
function parseTarget(body: Uint8Array, what: "lookup" | "request"): ResultTarget {
  const malformed = (problem: string): IngressError =>
    new IngressError(
      500,
      `cannot read body: invalid ${what === "lookup" ? "lookup" : "request"} body: ${problem}`,
    );
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (error) {
    throw malformed(error instanceof Error ? error.message : String(error));
  }
  if (typeof value !== "object" || value === null) throw malformed("it has to be a JSON object");
  const fields = value as Readonly<Record<string, unknown>>;
  const text = (name: string): string => {
    const field = fields[name];
    if (field === undefined) throw malformed(`missing field \`${name}\``);
    if (typeof field !== "string") throw malformed(`field \`${name}\` has to be a string`);
    return field;
  };
  const optionalText = (name: string): string | undefined =>
    fields[name] === undefined || fields[name] === null ? undefined : text(name);
  const target = text("target");
  const scope = target === "invocation" ? undefined : optionalText("scope");
  if (scope !== undefined) {
    checkScope(scope);
    throw new IngressError(400, "scoped invocations require vqueues to be enabled");
  }
  switch (target) {
    case "invocation": {
      const invocationId = text("invocationId");
      checkInvocationId(invocationId);
      return { type: "invocation", invocationId };
    }
    case "workflow":
      return { type: "workflow", service: text("workflowName"), key: text("workflowKey") };
    case "idempotentInvocation":
      return {
        type: "idempotent",
        service: text("service"),
        key: optionalText("key"),
        handler: text("handler"),
        idempotencyKey: text("idempotencyKey"),
      };
    default:
      throw malformed(
        `unknown variant \`${target}\`, expected one of \`workflow\`, \`idempotentInvocation\`, \`invocation\``,
      );
  }
}
