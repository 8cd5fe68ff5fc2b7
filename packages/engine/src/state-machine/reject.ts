import type { Command } from "@perdure/sdk/internal";

/**
 * A command that the engine does not take: it and all that follow it are dropped,
 * and the attempt fails and is tried again. Protocol section 5.3.
 */
export class Rejected extends Error {
  override name = "Rejected";
  readonly restateCode: string;
  readonly command: Command | undefined;

  constructor(message: string, options: { readonly restateCode: string; readonly command?: Command }) {
    super(message);
    this.restateCode = options.restateCode;
    this.command = options.command;
  }
}

/** The server's documented codes. */
export const PROTOCOL_VIOLATION = "RT0012";
export const PRECONDITION_FAILED = "RT0017";
export const CALLEE_NOT_FOUND = "RT0018";
export const SCOPE_UNSUPPORTED = "RT0024";
