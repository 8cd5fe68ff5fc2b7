import { DEFAULT_ERROR_CODE, TerminalError } from "../errors.ts";
import { toFailure } from "../journal/outcome.ts";
import type { Failure } from "../protocol/messages.ts";
import type { ContextCore } from "./core.ts";
import { misuse, show, UNSUPPORTED_FEATURE_CODE } from "./validation.ts";

/** The first version whose failures carry metadata. */
const METADATA_VERSION_MIN = 6;

/** The failure that rejects somebody else's promise; a string has the default code. */
export function toReason(core: ContextCore, what: string, reason: string | TerminalError): Failure {
  if (typeof reason === "string") return { code: DEFAULT_ERROR_CODE, message: reason };
  if (!(reason instanceof TerminalError)) {
    throw misuse(
      core.handler,
      `The reason of ${what} must be a string or a TerminalError, not ${show(reason)}`,
      "Wrap another error: new TerminalError(error.message, { cause: error }).",
    );
  }
  const failure = toFailure(reason);
  if (failure.metadata !== undefined && core.journal.version < METADATA_VERSION_MIN) {
    throw misuse(
      core.handler,
      `The reason of ${what} has metadata, which needs protocol v6; v${core.journal.version} is spoken here`,
      "Leave the metadata out, or upgrade the server.",
      UNSUPPORTED_FEATURE_CODE,
    );
  }
  return failure;
}
