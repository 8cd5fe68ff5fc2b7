/**
 * - `package_missing`: the server's npm package, or the part of it for this platform, is not installed.
 * - `platform_unsupported`: there is no server for this platform.
 * - `start_failed`: it ended, or said nothing for too long, before it was ready.
 * - `refused`: it refused what it was asked.
 */
export type RestateServerErrorCode = "package_missing" | "platform_unsupported" | "start_failed" | "refused";

/** Why there is no real server to test on. The message says what to do, or what the server said. */
export class RestateServerError extends Error {
  override name = "RestateServerError";
  readonly code: RestateServerErrorCode;

  constructor(code: RestateServerErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options);
    this.code = code;
  }
}
