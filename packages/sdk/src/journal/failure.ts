import { toMillis } from "../definition/duration.ts";
import { RetryableError, toError } from "../errors.ts";
import { toCommandTypeId } from "../protocol/message-types.ts";
import type { Command, ErrorBehavior, ErrorMessage } from "../protocol/messages.ts";
import { messageWithHint, toCode } from "./outcome.ts";

/** Why an attempt ends without a result. */
export interface AttemptFailure {
  readonly error: unknown;
  /** The command that it has to do with. */
  readonly command?: { readonly type: Command["type"]; readonly name: string } | undefined;
  readonly commandIndex?: number | undefined;
  readonly nextRetryDelayMs?: number | undefined;
  readonly behavior?: ErrorBehavior | undefined;
}

/** The Error message that ends the attempt. Protocol section 3.4. */
export function toErrorMessage(failure: AttemptFailure): ErrorMessage {
  const error = toError(failure.error);
  const name = failure.command?.name;
  return {
    type: "Error",
    code: toCode(error),
    message: messageWithHint(error),
    stacktrace: error.stack ?? "",
    relatedCommandIndex: failure.commandIndex,
    relatedCommandName: name === "" ? undefined : name,
    relatedCommandType: failure.command === undefined ? undefined : toCommandTypeId(failure.command.type),
    nextRetryDelayMs: failure.nextRetryDelayMs ?? toRetryAfter(error),
    behavior: failure.behavior,
  };
}

function toRetryAfter(error: Error): number | undefined {
  if (!(error instanceof RetryableError) || error.retryAfter === undefined) return undefined;
  return Math.max(0, Math.round(toMillis(error.retryAfter)));
}
