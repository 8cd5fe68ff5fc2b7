/**
 * Why a journal cannot be replayed at all.
 *
 * - `no_service`, `no_handler`: the code has nothing of this name.
 * - `other_kind`: the code has a service of this name, but of another kind.
 * - `stuck`: the code waits for something that is neither recorded nor of `ctx`.
 * - `failed`: the attempt could not be made.
 */
export type ReplayErrorCode = "no_service" | "no_handler" | "other_kind" | "stuck" | "failed";

export class ReplayError extends Error {
  override name = "ReplayError";
  readonly code: ReplayErrorCode;

  constructor(code: ReplayErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }
}
