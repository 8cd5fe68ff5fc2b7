import { EngineError } from "../engine-api.ts";
import type { OnFault } from "../http/face.ts";
import {
  BodyTooLargeError,
  emptyResponse,
  type Header,
  type HttpResponse,
  jsonResponse,
  textResponse,
} from "../http/message.ts";

/** A request that the admin face refuses in the form that clients of the API read. */
export class AdminError extends Error {
  override name = "AdminError";
  readonly status: number;
  readonly restateCode: string | undefined;

  constructor(status: number, message: string, restateCode?: string | undefined) {
    super(message);
    this.status = status;
    this.restateCode = restateCode;
  }
}

/** A request that is malformed as such; refused in plain text. */
export class MalformedRequestError extends Error {
  override name = "MalformedRequestError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A request that is refused with its status alone. */
export class BareRefusal extends Error {
  override name = "BareRefusal";
  readonly status: number;
  readonly headers: readonly Header[];

  constructor(status: number, headers: readonly Header[] = []) {
    super(`status ${status}`);
    this.status = status;
    this.headers = headers;
  }
}

export function invalidField(field: string, reason: string): AdminError {
  return new AdminError(400, `The request field '${field}' is invalid. Reason: ${reason}`);
}

export function notFound(what: string): AdminError {
  return new AdminError(404, `The requested ${what} does not exist`);
}

/** Not part of this engine. Clients are told so, whatever they expected to get. */
export function notImplemented(what: string): AdminError {
  return new AdminError(501, `${what} is not supported by the embedded engine; run a Restate Server for it.`);
}

export function toErrorResponse(error: unknown, onFault: OnFault): HttpResponse {
  if (error instanceof AdminError || error instanceof EngineError) {
    return jsonResponse(error.status, { message: error.message, restate_code: error.restateCode ?? null });
  }
  if (error instanceof MalformedRequestError) return textResponse(error.status, error.message);
  if (error instanceof BareRefusal) return emptyResponse(error.status, error.headers);
  if (error instanceof BodyTooLargeError) {
    return textResponse(413, "Failed to buffer the request body: length limit exceeded");
  }
  onFault(error);
  return jsonResponse(500, { message: "internal error; the engine's log says more", restate_code: null });
}
