import { DEFAULT_ERROR_CODE, RestateError, TerminalError, toError } from "../errors.ts";
import type { Failure } from "../protocol/messages.ts";

/** The largest code that the protocol carries; larger ones become 500. */
const ERROR_CODE_MAX = 0xffff;

/** A thrown value as the failure that callers see. */
export function toFailure(thrown: unknown): Failure {
  const error = toError(thrown);
  const code = toCode(error);
  const message = messageWithHint(error);
  if (!(error instanceof TerminalError) || Object.keys(error.metadata).length === 0) return { code, message };
  return { code, message, metadata: error.metadata };
}

export function toCode(error: Error): number {
  if (!(error instanceof RestateError)) return DEFAULT_ERROR_CODE;
  const { code } = error;
  return Number.isInteger(code) && code >= 0 && code <= ERROR_CODE_MAX ? code : DEFAULT_ERROR_CODE;
}

/** The message with what to do about it, for whoever reads it far from the code. */
export function messageWithHint(error: Error): string {
  const hint = error instanceof RestateError ? error.hint : undefined;
  return toWellFormed(hint === undefined ? error.message : `${error.message}\n${hint}`);
}

/** Half a surrogate pair does not survive UTF-8; a replay would meet another text. */
function toWellFormed(text: string): string {
  return new TextDecoder().decode(new TextEncoder().encode(text));
}
