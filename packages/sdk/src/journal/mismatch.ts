import { RestateError } from "../errors.ts";
import type { Command } from "../protocol/messages.ts";
import { JOURNAL_MISMATCH_CODE } from "../protocol/protocol-error.ts";
import type { Difference } from "./compare.ts";
import { describeCommand, describeValue } from "./describe.ts";

/** Everything that is known about the point where code and journal part. */
export interface MismatchFacts {
  /** `Service/handler` and the invocation's id. */
  readonly where: string;
  /** Index of the command, counted over commands; Input is 0. */
  readonly commandIndex: number;
  readonly recorded: Command;
  /** `undefined`: the code issued no command, it waits for something else. */
  readonly attempted: Command | undefined;
  readonly lastAgreed: Command | undefined;
  readonly differences: readonly Difference[];
  /** What the code waits for, when it issued nothing. */
  readonly awaiting?: string | undefined;
  /** Where in the author's code the step was tried, when it could be told. */
  readonly line?: string | undefined;
}

/**
 * The handler's code issued other steps than the journal recorded: the code was
 * changed while the invocation was in flight, or it depends on something that
 * `ctx` does not record. Retried, since putting the old code back cures it.
 */
export class JournalMismatchError extends RestateError {
  override name = "JournalMismatchError";
  readonly facts: MismatchFacts;

  constructor(facts: MismatchFacts) {
    super(explain(facts), {
      errorCode: JOURNAL_MISMATCH_CODE,
      hint:
        "Put time, randomness and outside calls into ctx (ctx.date, ctx.rand, ctx.run), keep the old code " +
        "deployed for invocations in flight, or restart the invocation as new.",
    });
    this.facts = facts;
  }
}

function explain(facts: MismatchFacts): string {
  const tried =
    facts.attempted === undefined
      ? `no further step; it waits for ${facts.awaiting ?? "something that is not in the journal"}`
      : describeCommand(facts.attempted);
  const lines = [
    `Journal mismatch in ${facts.where} at command ${facts.commandIndex}:`,
    `  the journal holds: ${describeCommand(facts.recorded)}`,
    `  the code tried:    ${tried}`,
    `  last agreed step:  ${facts.lastAgreed === undefined ? "none" : `command ${facts.commandIndex - 1}, ${describeCommand(facts.lastAgreed)}`}`,
  ];
  for (const { field, recorded, attempted } of facts.differences) {
    lines.push(
      `  ${field}: the journal holds ${describeValue(recorded)}, the code tried ${describeValue(attempted)}`,
    );
  }
  if (facts.line !== undefined) lines.push(`  at ${facts.line}`);
  return lines.join("\n");
}
