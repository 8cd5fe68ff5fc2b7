import type { ExploredRun } from "./explored-run.ts";
import type { FaultKind } from "./options.ts";

/** How much of one kind was tried. */
export interface Coverage {
  readonly kind: FaultKind;
  /** How many disturbances of this kind there are, as far as that is known. */
  readonly found: number;
  readonly tried: number;
}

/** What an exploration that found nothing wrong has done. */
export interface Exploration<Result = unknown, Effects = unknown> {
  /** The undisturbed run. */
  readonly baseline: ExploredRun<Result, Effects>;
  /** All runs, the undisturbed one included. */
  readonly runs: number;
  readonly coverage: readonly Coverage[];
  /** The faults of a `schedule` that have not happened, as the code takes other steps now. */
  readonly unreached: readonly string[];
  /** The same, in words: what was tried, and what was left out for want of runs. */
  readonly summary: string;
}

/** Every kind but `mixed` has an end that can be reached. */
export function isCut({ kind, found, tried }: Coverage): boolean {
  return kind !== "mixed" && tried < found;
}

export interface SummaryFacts {
  readonly runs: number;
  readonly runsMax: number;
  readonly coverage: readonly Coverage[];
  readonly hasWhenCancelled: boolean;
  readonly isScheduled: boolean;
  readonly unreached: readonly string[];
}

export function summarize(facts: SummaryFacts): string {
  const { runs, runsMax, coverage, unreached } = facts;
  if (facts.isScheduled) {
    const missed =
      unreached.length === 0 ? "" : ` ${unreached.join(" ")} did not happen: the code takes other steps.`;
    return `Repeated one schedule.${missed}`;
  }
  const lines = [`Explored ${runs} runs:`];
  for (const part of coverage) {
    const { kind, tried, found } = part;
    if (kind === "mixed") lines.push(`  ${kind}: ${tried} runs`);
    else if (isCut(part))
      lines.push(`  ${kind}: ${tried} of ${atLeast(kind)}${found}, the others CUT by runsMax: ${runsMax}`);
    else lines.push(`  ${kind}: all ${found}`);
  }
  if (!facts.hasWhenCancelled && coverage.some(({ kind, tried }) => kind === "cancel" && tried > 0)) {
    lines.push("  After a cancellation only the end of the run was looked for: there is no whenCancelled.");
  }
  return lines.join("\n");
}

/** Each run in another order may show further ones. */
function atLeast(kind: FaultKind): string {
  return kind === "order" ? "at least " : "";
}
