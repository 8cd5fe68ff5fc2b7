import { inspect } from "node:util";
import { findDifferences } from "./differences.ts";
import type { ExploreProblem } from "./explore-error.ts";
import type { RunRecord } from "./one-run.ts";
import type { ExploreOptions } from "./options.ts";
import { hasCancel } from "./schedule.ts";

/** What is wrong with a run. */
export interface Verdict {
  readonly code: ExploreProblem;
  readonly problem: string;
  readonly cause?: unknown;
}

/** `undefined`: the run is right. */
export async function judge<Result, Effects>(
  options: Pick<ExploreOptions<Result, Effects>, "check" | "whenCancelled">,
  record: RunRecord<Result, Effects>,
  baseline: RunRecord<Result, Effects>,
): Promise<Verdict | undefined> {
  const { run, stopped, threw } = record;
  if (stopped !== undefined) return { code: stopped.type, problem: stopped.message };
  if (run.cancelled.length > 0 || hasCancel(record.schedule)) {
    // It came too late to change anything, or was not reached.
    if (run.cancelled.length === 0 || (!threw && compare(record, baseline) === undefined)) return undefined;
    return await ask("cancelled", "whenCancelled", () => options.whenCancelled?.(run, baseline.run));
  }
  if (threw) {
    return { code: "threw", problem: `The scenario threw: ${sayError(run.error)}`, cause: run.error };
  }
  const { check } = options;
  if (check !== undefined) return await ask("check", "check", () => check(run, baseline.run));
  const differences = compare(record, baseline);
  return differences === undefined ? undefined : { code: "different", problem: differences };
}

/** Where two runs differ, in words. */
export function compare(
  { run }: RunRecord<unknown, unknown>,
  { run: baseline }: RunRecord<unknown, unknown>,
): string | undefined {
  const found = (["result", "effects", "state", "invocations"] as const).flatMap((part) =>
    findDifferences(part, baseline[part], run[part]),
  );
  return found.length === 0 ? undefined : found.map((line) => `  - ${line}`).join("\n");
}

async function ask(
  code: "check" | "cancelled",
  who: string,
  question: () => void | Promise<void>,
): Promise<Verdict | undefined> {
  try {
    await question();
    return undefined;
  } catch (error) {
    return { code, problem: `${who}: ${sayError(error)}`, cause: error };
  }
}

export function sayError(error: unknown): string {
  return error instanceof Error ? error.message : inspect(error);
}
