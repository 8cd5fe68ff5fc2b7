import type { Answer, EngineApi } from "../engine-api.ts";
import { type Header, type HttpResponse, jsonResponse } from "../http/message.ts";
import { toOffsetTimestamp } from "../http/timestamp.ts";
import type { OutputRule } from "../registry/service-info.ts";

/** Answers of the engine, and refusals of the ingress, as responses. Features 8.1. */

const SOURCE_HEADER = "x-restate-error-source";
const STATUS_MIN = 200;
const STATUS_MAX = 999;

/** The result of an invocation, for a call or an attach. */
export function toResultResponse(answer: Answer, engine: Pick<EngineApi, "service">): HttpResponse {
  const head: Header[] = [["x-restate-id", answer.invocationId]];
  if (answer.type === "notFound") {
    return toFailureResponse({ code: 404, message: "not found" }, head);
  }
  if (answer.expiresAtMs !== undefined) {
    head.push(["idempotency-expires", toOffsetTimestamp(answer.expiresAtMs)]);
  }
  if (answer.type === "failure") {
    return toFailureResponse({ ...answer.failure, stacktrace: answer.stacktrace }, head);
  }
  const { service, handler } = answer.target;
  const rule = engine.service(service)?.handlers.get(handler)?.output;
  const contentType = toContentType(rule, answer.value);
  if (contentType !== undefined) head.push(["content-type", contentType]);
  return { status: 200, headers: head, body: answer.value };
}

function toContentType(rule: OutputRule | undefined, value: Uint8Array): string | undefined {
  return value.length === 0 && rule?.setContentTypeIfEmpty !== true ? undefined : rule?.contentType;
}

interface FailureBody {
  readonly code: number;
  readonly message: string;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly stacktrace?: string | undefined;
}

/** A failure that is the invocation's own. Its code is the status, where it can be one. */
function toFailureResponse(failure: FailureBody, head: readonly Header[]): HttpResponse {
  const { code, message, stacktrace } = failure;
  const metadata =
    failure.metadata !== undefined && Object.keys(failure.metadata).length > 0 ? failure.metadata : undefined;
  const status = code >= STATUS_MIN && code <= STATUS_MAX ? code : 500;
  return jsonResponse(
    status,
    { code, message, metadata, stacktrace, source: "invocation" },
    { before: [...head, [SOURCE_HEADER, "invocation"]] },
  );
}

/** A request that the ingress or the engine refuses. */
export function toRefusalResponse(status: number, message: string): HttpResponse {
  return jsonResponse(
    status,
    { code: status, message, source: "ingress" },
    { before: [[SOURCE_HEADER, "ingress"]] },
  );
}
