/**
 * - `locked`: another process, or another store of this one, owns the folder.
 * - `folder_unusable`: it cannot be created, read or written.
 * - `version_unsupported`: a later version of this package wrote it.
 * - `damaged`: what was stored cannot be read back as it was written.
 * - `write_failed`: the disk refused a write; nothing is acknowledged any more.
 * - `limit_exceeded`: a key or a commit is larger than a limit.
 * - `misused`: the caller broke a rule of the interface.
 * - `closed`: the store was closed before.
 */
export type StoreErrorCode =
  | "locked"
  | "folder_unusable"
  | "version_unsupported"
  | "damaged"
  | "write_failed"
  | "limit_exceeded"
  | "misused"
  | "closed";

/** Why the store does not do what it was asked. The message says what and where, `hint` what to do. */
export class StoreError extends Error {
  override name = "StoreError";
  readonly code: StoreErrorCode;
  readonly hint: string;

  constructor(
    code: StoreErrorCode,
    message: string,
    options: { readonly hint: string; readonly cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** A stored file that does not hold what was written to it. */
export function createDamage(path: string, what: string): StoreError {
  return new StoreError("damaged", `${path} is damaged: ${what}.`, {
    hint: "Nothing was changed. Restore the whole folder from a backup, or move it away to begin with an empty one, and have the disk checked.",
  });
}

export function createClosed(): StoreError {
  return new StoreError("closed", "The store is closed.", {
    hint: "Open it again, and make no calls after `close`.",
  });
}

export function createRecoveredTwice(): StoreError {
  return new StoreError("misused", "The store was recovered before.", {
    hint: "Call `recover` once, right after the store was opened.",
  });
}

export function createNotRecovered(): StoreError {
  return new StoreError("misused", "The store has not been recovered.", {
    hint: "Call `recover` first, and wait for it.",
  });
}

/** The system's name of an error (`ENOSPC`), if it has one. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

export function toMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
