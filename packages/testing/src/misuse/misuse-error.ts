import { TerminalError } from "@perdure/sdk";
import type { Misuse } from "./misuse.ts";

/** Misuse where it is an error: what a strict test engine fails invocations with, and its `close()`. */
export class MisuseError extends TerminalError {
  override name = "MisuseError";
  readonly misuses: readonly Misuse[];

  constructor(misuses: readonly Misuse[]) {
    super(misuses.map(({ message }) => message).join("\n"));
    this.misuses = misuses;
  }
}
