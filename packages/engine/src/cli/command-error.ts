/** What was wrong with how the command was called. */
export const EXIT_WRONG_USE = 2;

/** The command could not do what it was asked, for a reason that is none of its faults. */
export const EXIT_FAILED = 1;

/** Ends the command with a message for its user, and no stack. */
export class CommandError extends Error {
  override name = "CommandError";
  readonly exitCode: number;

  constructor(message: string, options: { readonly exitCode: number; readonly cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = options.exitCode;
  }
}
