import {
  type CodePlace,
  type Command,
  describeCommand,
  type JournalInspector,
  type JournalMisuse,
  type Outcome,
  sourceLine,
} from "@perdure/sdk/internal";
import type { GuardedCall } from "./guarded-calls.ts";
import type { Misuse, MisuseKind } from "./misuse.ts";
import type { MisuseError } from "./misuse-error.ts";
import type { MisuseLog } from "./misuse-log.ts";
import { type AttemptScope, currentScope, inScope } from "./scope.ts";

type Line = () => string | undefined;

/** Finds misuse in one attempt. */
export class AttemptGuard implements AttemptScope, JournalInspector {
  readonly #log: MisuseLog;
  readonly #where: Pick<Misuse, "handler" | "invocationId">;
  /** What was issued and not awaited so far. */
  readonly #unawaited = new Map<Command, Line>();
  /** Why the invocation has to fail, also when the handler has caught it. */
  #error: MisuseError | undefined;

  constructor(log: MisuseLog, where: Pick<Misuse, "handler" | "invocationId">) {
    this.#log = log;
    this.#where = where;
  }

  get isOpen(): boolean {
    return this.#log.isOpen;
  }

  called({ kind, name, instead }: GuardedCall, line: string): void {
    const what = `${name} was called in handler code, outside of ctx.run. A replay does not repeat it.`;
    this.#throwing(this.#note(kind, line, `${what} ${instead}`));
  }

  readonly around = <T>(place: CodePlace, action: () => T): T =>
    inScope({ attempt: this, run: place.type === "run" ? place.name : undefined, isAllowed: false }, action);

  readonly insideRun = (): string | undefined => {
    const scope = currentScope();
    return scope?.attempt === this ? scope.run : undefined;
  };

  readonly misused = (misuse: JournalMisuse): void => {
    const error = this.#note(misuse.type, sourceLine(), explain(misuse));
    // What goes on after the end has nobody who could catch an error.
    if (misuse.type !== "afterEnd") this.#throwing(error);
  };

  readonly issued = (command: Command, line: Line): void => {
    if (toUnawaitedKind(command) !== undefined) this.#unawaited.set(command, line);
  };

  readonly awaited = (command: Command | undefined): void => {
    if (command !== undefined) this.#unawaited.delete(command);
  };

  readonly ends = (outcome: Outcome): Outcome => {
    // A handler that throws leaves behind what it would have awaited.
    if (outcome.type === "success") this.#noteUnawaited();
    if (this.#error === undefined) return outcome;
    const { code, message } = this.#error;
    return { type: "failure", failure: { code, message } };
  };

  #noteUnawaited(): void {
    for (const [command, line] of this.#unawaited) {
      const kind = toUnawaitedKind(command);
      if (kind !== undefined) this.#note(kind, line(), explainUnawaited(command));
    }
  }

  #note(kind: MisuseKind, line: string | undefined, what: string): MisuseError | undefined {
    const at = line === undefined ? "" : ` At ${line}.`;
    const message = `${this.#where.handler}: ${what}${at}`;
    const error = this.#log.note({ kind, message, line, ...this.#where });
    this.#error ??= error;
    return error;
  }

  #throwing(error: MisuseError | undefined): void {
    if (error !== undefined) throw error;
  }
}

/** The kind of misuse that it is not to await the result of a command; `undefined` where it is none. */
function toUnawaitedKind({ type }: Command): "neverAwaited" | "unusedResult" | undefined {
  switch (type) {
    case "Run":
    case "Sleep":
    case "GetPromise":
    case "AttachInvocation":
      return "neverAwaited";
    case "Call":
    case "CompletePromise":
      return "unusedResult";
    default:
      return undefined;
  }
}

function explainUnawaited(command: Command): string {
  const what = describeCommand(command);
  switch (command.type) {
    case "Run":
      return (
        `${what} was never awaited before the handler ended. It may not have run at all, and nobody learns ` +
        "that it failed. Await it."
      );
    case "Call":
      return (
        `The result of ${what} was never awaited before the handler ended, so nobody learns that it ` +
        "failed. Await it, or use a send client."
      );
    case "CompletePromise":
      return `${what} was never awaited before the handler ended, so nobody learns that it failed. Await it.`;
    default:
      return `${what} was never awaited before the handler ended, so it waited for nothing. Await it.`;
  }
}

function explain(misuse: JournalMisuse): string {
  switch (misuse.type) {
    case "insideRun":
      return (
        `ctx was used inside ctx.run "${misuse.run}": it tried ${misuse.tried}. What happens inside a run is ` +
        "not recorded. Do the step before or after the run."
      );
    case "afterEnd":
      return (
        `ctx was used after the handler had ended: a branch that nobody awaited tried ${misuse.tried}, ` +
        "which has no effect any more. Await the branch before the handler returns."
      );
    case "foreignStep":
      return (
        `A step (${misuse.tried}) was issued by code that something other than ctx resumed, while durable ` +
        `steps are awaited in another branch (${misuse.awaited}). A replay may order them differently. Wrap ` +
        "the outside work in ctx.run, and use ctx outside of it."
      );
  }
}
