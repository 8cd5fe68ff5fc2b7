import { type Command, describeCommand } from "@perdure/sdk/internal";
import type { DifferingField } from "./differing-fields.ts";

/** Where the code and a recorded journal part, and how. */
export interface Divergence {
  readonly invocationId: string;
  /** `service/handler` or `service/key/handler`. */
  readonly target: string;
  /** Counted over commands; the input is 0. */
  readonly step: number;
  /** Where the recorded step stands in the journal's `entries`. */
  readonly entry: number;
  readonly recorded: Command;
  /** The step that the code tried; `undefined` if it tried none. */
  readonly attempted: Command | undefined;
  /** What the code did instead of a step, in words. */
  readonly instead: string | undefined;
  readonly lastAgreed: Command | undefined;
  /** The line of the last agreed step. */
  readonly lastAgreedLine: string | undefined;
  readonly differing: readonly DifferingField[];
  /** The line of the author's code where the two part; of the last agreed step when the code tried none. */
  readonly line: string | undefined;
  /** What limits the comparison, in words. */
  readonly notes: readonly string[];
}

/** The code no longer takes the steps that the journal recorded. */
export class ReplayDivergedError extends Error {
  override name = "ReplayDivergedError";
  readonly code = "diverged";
  readonly divergence: Divergence;

  constructor(divergence: Divergence, options: { readonly cause?: unknown } = {}) {
    super(explain(divergence), options.cause === undefined ? undefined : { cause: options.cause });
    this.divergence = divergence;
  }
}

function explain(divergence: Divergence): string {
  const { attempted, lastAgreed, lastAgreedLine, recorded, target, invocationId } = divergence;
  const tried = attempted === undefined ? divergence.instead : describeCommand(attempted);
  const lines = [
    `The code diverges from the journal of ${target} (${invocationId}) at step ${divergence.step}:`,
    `  the journal holds: ${describeCommand(recorded)} (entries[${divergence.entry}])`,
    `  the code tried:    ${tried ?? "nothing"}`,
    `  last agreed step:  ${lastAgreed === undefined ? "none" : describeCommand(lastAgreed)}${onLine(lastAgreedLine)}`,
  ];
  for (const field of divergence.differing) {
    lines.push(`  ${field.field}: the journal holds ${field.recorded}, the code tried ${field.attempted}`);
  }
  if (divergence.line !== undefined) lines.push(`  at ${divergence.line}`);
  for (const note of divergence.notes) lines.push(`  ${note}`);
  lines.push(
    "  Invocations in flight with such a journal would fail. Keep the old code deployed for them, or change the " +
      "code so that it takes the recorded steps again.",
  );
  return lines.join("\n");
}

/** A line as the end of a sentence that says what stands there. */
export function onLine(line: string | undefined): string {
  return line === undefined ? "" : ` at ${line}`;
}
