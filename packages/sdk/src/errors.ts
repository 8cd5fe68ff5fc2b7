import type { Duration } from "./definition/duration.ts";

/**
 * The errors a handler's author meets. Everything that is not a
 * {@link TerminalError} is retried.
 *
 * `instanceof` works across two installed copies of this package: the classes
 * are recognised by a brand, not by identity.
 */

const BRAND = Symbol.for("perdure.error");

type ErrorKind = "restate" | "terminal" | "timeout" | "cancelled" | "retryable" | "pause";

/** Which kinds count as an instance of which class. */
const FAMILIES: Readonly<Record<ErrorKind, readonly ErrorKind[]>> = {
  restate: ["restate", "terminal", "timeout", "cancelled", "retryable", "pause"],
  terminal: ["terminal", "timeout", "cancelled"],
  timeout: ["timeout"],
  cancelled: ["cancelled"],
  retryable: ["retryable"],
  pause: ["pause"],
};

function isKind(value: unknown, kind: ErrorKind): boolean {
  if (typeof value !== "object" || value === null) return false;
  const found = (value as { [BRAND]?: ErrorKind })[BRAND];
  return found !== undefined && FAMILIES[kind].includes(found);
}

/** The code of an error that names none. */
export const DEFAULT_ERROR_CODE = 500;

/** The code of {@link TimeoutError}. */
export const TIMEOUT_ERROR_CODE = 408;

/** The code of {@link CancelledError}. */
export const CANCELLED_ERROR_CODE = 409;

export interface RestateErrorOptions {
  /** HTTP-like status; 500 when absent. */
  readonly errorCode?: number | undefined;
  readonly cause?: unknown;
  /** What the reader can do about it, in one sentence. Kept out of `message`. */
  readonly hint?: string | undefined;
}

/** The base of every error that this package throws. Not terminal by itself. */
export class RestateError extends Error {
  static {
    Object.defineProperty(this.prototype, BRAND, { value: "restate" satisfies ErrorKind });
  }

  /** HTTP-like status code of the failure, 500 unless said otherwise. */
  readonly code: number;
  /** What to do about it, where we know. */
  readonly hint?: string;
  override name = "RestateError";

  constructor(message: string, options?: RestateErrorOptions) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = options?.errorCode ?? DEFAULT_ERROR_CODE;
    if (options?.hint !== undefined) this.hint = options.hint;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasInstance(this, value, "restate");
  }
}

export interface TerminalErrorOptions extends RestateErrorOptions {
  /** Handed to the caller with the error (protocol v6 and later). */
  readonly metadata?: Record<string, string> | undefined;
}

/**
 * Ends the invocation: it is recorded as the result, handed to the caller with
 * its code, message and metadata, and never retried.
 *
 * @example
 * throw new TerminalError("card declined", { errorCode: 402 });
 */
export class TerminalError extends RestateError {
  static {
    Object.defineProperty(this.prototype, BRAND, { value: "terminal" satisfies ErrorKind });
  }

  override name = "TerminalError";
  readonly metadata: Record<string, string>;

  constructor(message: string, options?: TerminalErrorOptions) {
    super(message, options);
    this.metadata = options?.metadata ?? {};
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasInstance(this, value, "terminal");
  }
}

/** What `orTimeout` rejects with. Code 408. */
export class TimeoutError extends TerminalError {
  static {
    Object.defineProperty(this.prototype, BRAND, { value: "timeout" satisfies ErrorKind });
  }

  override name = "TimeoutError";

  constructor(message = "Timeout occurred") {
    super(message, { errorCode: TIMEOUT_ERROR_CODE });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasInstance(this, value, "timeout");
  }
}

/** What pending awaits reject with when the invocation is cancelled. Code 409. */
export class CancelledError extends TerminalError {
  static {
    Object.defineProperty(this.prototype, BRAND, { value: "cancelled" satisfies ErrorKind });
  }

  override name = "CancelledError";

  constructor(message = "Cancelled") {
    super(message, { errorCode: CANCELLED_ERROR_CODE });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasInstance(this, value, "cancelled");
  }
}

export interface RetryableErrorOptions {
  /** How long to wait before the next attempt; the retry policy decides when absent. */
  readonly retryAfter?: Duration | number | undefined;
}

/** Fails the attempt and says when to try again. For handlers and for `ctx.run`. */
export class RetryableError extends RestateError {
  static {
    Object.defineProperty(this.prototype, BRAND, { value: "retryable" satisfies ErrorKind });
  }

  override name = "RetryableError";
  readonly retryAfter?: Duration | number;

  constructor(message: string, options?: RetryableErrorOptions & RestateErrorOptions) {
    super(message, options);
    if (options?.retryAfter !== undefined) this.retryAfter = options.retryAfter;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasInstance(this, value, "retryable");
  }

  /** Wraps whatever was caught, keeping its message and setting it as the cause. */
  static from(cause: unknown, options?: RetryableErrorOptions): RetryableError {
    const message = cause instanceof Error ? cause.message : String(cause);
    return new RetryableError(message, { ...options, cause });
  }
}

/** Thrown inside `ctx.run`, pauses the invocation until an operator resumes it. */
export class PauseError extends RestateError {
  static {
    Object.defineProperty(this.prototype, BRAND, { value: "pause" satisfies ErrorKind });
  }

  override name = "PauseError";

  static override [Symbol.hasInstance](value: unknown): boolean {
    return hasInstance(this, value, "pause");
  }

  static from(cause: unknown): PauseError {
    const message = cause instanceof Error ? cause.message : String(cause);
    return new PauseError(message, { cause });
  }
}

/** Brands decide for our own classes; a class that a user derived keeps the ordinary rule. */
function hasInstance(target: object, value: unknown, kind: ErrorKind): boolean {
  if (Object.hasOwn(target, Symbol.hasInstance)) return isKind(value, kind);
  return Function.prototype[Symbol.hasInstance].call(target, value);
}

/** The one path from an unknown thrown value to an error. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  let text: string;
  try {
    text = JSON.stringify(thrown) ?? String(thrown);
  } catch {
    text = String(thrown);
  }
  return new Error(`Non-Error value: ${text}`);
}
