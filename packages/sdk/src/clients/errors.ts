import { RestateError, type RestateErrorOptions } from "../errors.ts";

/**
 * What a client's promise rejects with, besides `TerminalError`:
 *
 * | class | what happened |
 * | --- | --- |
 * | `TerminalError` | the handler ran and failed for good: its code, message and metadata |
 * | `HttpCallError` | the ingress, or a proxy before it, refused or could not serve the request |
 * | `InvocationNotFoundError` | one of these: attach or output of an invocation nobody knows |
 * | `InvocationNotReadyError` | one of these: output of an invocation that has not completed |
 * | `TransportError` | there is no answer: network failure or timeout |
 *
 * All of them are `RestateError`s. A handler's failure is never an
 * `HttpCallError`; the raw answer is its `cause`. An aborted `signal` rejects
 * with the signal's own reason, as `fetch` does.
 */

const BRAND = Symbol.for("perdure.clientError");

type ClientErrorKind = "http" | "not-found" | "not-ready" | "transport";

/** Which kinds count as an instance of which class. */
const FAMILIES: Readonly<Record<ClientErrorKind, readonly ClientErrorKind[]>> = {
  http: ["http", "not-found", "not-ready"],
  "not-found": ["not-found"],
  "not-ready": ["not-ready"],
  transport: ["transport"],
};

/** More about an answer, as far as it said so. */
export interface HttpCallErrorOptions extends Omit<RestateErrorOptions, "errorCode"> {
  /** The invocation that the answer is about, from its `x-restate-id` header. */
  readonly invocationId?: string | undefined;
}

/**
 * An answer other than 2xx that does not come from a handler: service not found,
 * handler not public, bad input type, overload, a proxy's error page.
 */
export class HttpCallError extends RestateError {
  override name = "HttpCallError";
  /** The HTTP status. */
  readonly status: number;
  /** The body as text, as it came. The ingress sends `{"code", "message", "source"}`. */
  readonly responseText: string;
  readonly invocationId?: string;

  constructor(status: number, responseText: string, message: string, options?: HttpCallErrorOptions) {
    super(message, { ...options, errorCode: status });
    this.status = status;
    this.responseText = responseText;
    if (options?.invocationId !== undefined) this.invocationId = options.invocationId;
  }

  static {
    Object.defineProperty(this.prototype, BRAND, { value: "http" satisfies ClientErrorKind });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasInstance(this, value, "http");
  }
}

/**
 * Attach or output of an invocation that the server does not know: it never was,
 * or its retention is over. Status 404.
 */
export class InvocationNotFoundError extends HttpCallError {
  override name = "InvocationNotFoundError";

  static {
    Object.defineProperty(this.prototype, BRAND, { value: "not-found" satisfies ClientErrorKind });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasInstance(this, value, "not-found");
  }
}

/** The output of an invocation that has not completed yet. Status 470. */
export class InvocationNotReadyError extends HttpCallError {
  override name = "InvocationNotReadyError";

  static {
    Object.defineProperty(this.prototype, BRAND, { value: "not-ready" satisfies ClientErrorKind });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasInstance(this, value, "not-ready");
  }
}

/** The code of a {@link TransportError}: unavailable for `network`, gateway timeout for `timeout`. */
const TRANSPORT_CODES = { network: 503, timeout: 504 } as const;

/**
 * There is no answer, so whether the request arrived is not known. `cause` is
 * what `fetch` said. Repeating is safe with an idempotency key.
 */
export class TransportError extends RestateError {
  override name = "TransportError";
  /** `network`: connection refused, reset, broken off. `timeout`: the call's `timeout` ran out. */
  readonly kind: "network" | "timeout";

  constructor(
    kind: "network" | "timeout",
    message: string,
    options?: Omit<RestateErrorOptions, "errorCode">,
  ) {
    super(message, { ...options, errorCode: TRANSPORT_CODES[kind] });
    this.kind = kind;
  }

  static {
    Object.defineProperty(this.prototype, BRAND, { value: "transport" satisfies ClientErrorKind });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasInstance(this, value, "transport");
  }
}

/** Brands decide for our own classes, so two copies of this package know each other's; a derived class keeps the ordinary rule. */
function hasInstance(target: object, value: unknown, kind: ClientErrorKind): boolean {
  if (!Object.hasOwn(target, Symbol.hasInstance))
    return Function.prototype[Symbol.hasInstance].call(target, value);
  if (typeof value !== "object" || value === null) return false;
  const found = (value as { [BRAND]?: ClientErrorKind })[BRAND];
  return found !== undefined && FAMILIES[kind].includes(found);
}
