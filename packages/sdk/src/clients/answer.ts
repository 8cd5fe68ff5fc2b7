import { type RestateError, TerminalError } from "../errors.ts";
import { HttpCallError, InvocationNotFoundError, InvocationNotReadyError } from "./errors.ts";

/** From what the ingress answered to what the caller gets. Pure. */

/** An answer that has arrived in full. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** What was asked for decides what a 404 means. */
export type RequestKind = "invoke" | "result" | "awakeable";

export function isSuccess(answer: Answer): boolean {
  return answer.status >= 200 && answer.status < 300;
}

export function textOf(answer: Answer): string {
  return new TextDecoder().decode(answer.body);
}

/** Who says so: the handler, or the ingress. Undefined when something in between answered. */
function sourceOf(answer: Answer): string | undefined {
  return answer.headers.get("x-restate-error-source") ?? parseErrorBody(textOf(answer)).source;
}

/** The error of an answer that is not 2xx. `what` is the request, for messages. */
export function toAnswerError(answer: Answer, kind: RequestKind, what: string): RestateError {
  const text = textOf(answer);
  const body = parseErrorBody(text);
  const said = body.message ?? (text === "" ? "no reason given" : text);
  const message = `${what}: the ingress answered ${answer.status}: ${said}`;
  const invocationId = answer.headers.get("x-restate-id") ?? undefined;

  if (sourceOf(answer) === "invocation") {
    return new TerminalError(said, {
      errorCode: body.code ?? answer.status,
      metadata: body.metadata,
      cause: new HttpCallError(answer.status, text, message, { invocationId }),
    });
  }
  const options = { invocationId, hint: hintFor(answer.status, kind) };
  if (kind === "result" && answer.status === 404) {
    return new InvocationNotFoundError(answer.status, text, message, options);
  }
  if (kind === "result" && answer.status === 470) {
    return new InvocationNotReadyError(answer.status, text, message, options);
  }
  return new HttpCallError(answer.status, text, message, options);
}

function hintFor(status: number, kind: RequestKind): string | undefined {
  switch (status) {
    case 401:
    case 403:
      return "Pass credentials by connect({ headers }).";
    case 404:
      return kind === "invoke"
        ? "Register the endpoint that serves it, and compare the names."
        : "It was never invoked, or its retention is over.";
    case 413:
      return "Make the input smaller, or raise the limit of the ingress.";
    case 429:
    case 503:
      return "Repeat it later; connect({ retry: true }) does so for requests with an idempotency key.";
    case 470:
      return "Attach to it to wait for the result.";
    default:
      return undefined;
  }
}

interface ErrorBody {
  readonly code?: number | undefined;
  readonly message?: string | undefined;
  readonly metadata?: Record<string, string> | undefined;
  readonly source?: string | undefined;
}

/** The fields that have the right type; proxies answer with anything. */
function parseErrorBody(text: string): ErrorBody {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return {};
  }
  if (typeof body !== "object" || body === null) return {};
  const { code, message, metadata, source } = body as Record<string, unknown>;
  return {
    code: typeof code === "number" ? code : undefined,
    message: typeof message === "string" ? message : undefined,
    metadata: isStringRecord(metadata) ? metadata : undefined,
    source: typeof source === "string" ? source : undefined,
  };
}

function isStringRecord(value: unknown): value is Record<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((item) => typeof item === "string");
}
