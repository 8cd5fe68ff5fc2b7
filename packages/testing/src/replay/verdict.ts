import {
  type AwaitTree,
  CANCEL_SIGNAL,
  describeCommand,
  JournalMismatchError,
  lineOfError,
} from "@perdure/sdk/internal";
import type { EntryMessage } from "../journal/entry.ts";
import type { RecordedJournal } from "../journal/recorded-journal.ts";
import { toDifferingFields } from "./differing-fields.ts";
import { type Divergence, onLine, ReplayDivergedError } from "./diverged-error.ts";
import { type AttemptOutcome, commandsOf, type Step } from "./recorded-attempt.ts";
import { ReplayError } from "./replay-error.ts";
import type { Tolerates } from "./tolerance.ts";

/** How a replay ended that agreed with its journal. */
export interface Replayed {
  /**
   * - `completed`: the handler came to its end.
   * - `waiting`: the journal is used up, and the code waits for what is not recorded yet.
   * - `retrying`: the journal is used up, and the code fails with an error that is retried.
   */
  readonly outcome: "completed" | "waiting" | "retrying";
  /** How many recorded steps the code took again, the input left out. */
  readonly steps: number;
  /** What the code would do beyond the journal, in words. */
  readonly beyond: readonly string[];
  /** What it waits for, in words. */
  readonly waitingFor: readonly string[];
  /** What it fails with. */
  readonly error: unknown;
}

/** A journal, and what the code did when it was given it. */
export interface Case {
  readonly journal: RecordedJournal;
  readonly messages: readonly EntryMessage[];
  readonly outcome: AttemptOutcome;
  readonly tolerates: Tolerates | undefined;
  readonly notes: readonly string[];
}

/** The input is a command that the code does not issue. */
const INPUT = 1;

/** Whether the code agreed, and how it ended. */
export function judge(facts: Case): Replayed {
  const { end, steps } = facts.outcome;
  const recorded = commandsOf(facts.messages).length - INPUT;
  const agreed = {
    steps: Math.min(recorded, steps.length),
    beyond: steps.slice(recorded).map(({ command }) => describeCommand(command)),
    waitingFor: [] as string[],
    error: undefined as unknown,
  };
  switch (end.type) {
    case "ended":
      return { ...agreed, outcome: "completed" };
    case "waiting":
      return { ...agreed, outcome: "waiting", waitingFor: describeAwaited(end.on, steps) };
    case "failed":
      if (end.error instanceof JournalMismatchError) throw toDiverged(facts, end.error);
      if (end.error === undefined)
        throw new ReplayError("failed", `${whereOf(facts)}: ${end.message.message}`);
      if (steps.length < recorded) throw toFailedDiverged(facts, end.error);
      return { ...agreed, outcome: "retrying", error: end.error };
    case "stuck":
      throw toStuck(facts);
  }
}

function toDiverged(facts: Case, error: JournalMismatchError): ReplayDivergedError {
  const { attempted, awaiting, differences, line, commandIndex } = error.facts;
  return new ReplayDivergedError({
    ...placeOf(facts, commandIndex),
    attempted,
    instead: attempted === undefined ? `no further step; it waits for ${awaiting}` : undefined,
    differing: toDifferingFields(differences, facts.tolerates),
    line: line ?? lastLine(facts),
  });
}

/** The code failed where it has taken a step before. */
function toFailedDiverged(facts: Case, error: unknown): ReplayDivergedError {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new ReplayDivergedError(
    {
      ...placeOf(facts, facts.outcome.steps.length + INPUT),
      attempted: undefined,
      instead: `no further step; it failed with ${what}`,
      differing: [],
      line: lineOfError(error) ?? lastLine(facts),
    },
    { cause: error },
  );
}

function placeOf(
  facts: Case,
  step: number,
): Omit<Divergence, "attempted" | "instead" | "differing" | "line"> {
  const commands = commandsOf(facts.messages);
  const at = commands[step];
  if (at === undefined) throw new ReplayError("failed", `${whereOf(facts)}: there is no step ${step}`);
  return {
    invocationId: facts.journal.invocationId,
    target: targetOf(facts.journal),
    step,
    entry: at.entry,
    recorded: at.command,
    lastAgreed: commands[step - 1]?.command,
    lastAgreedLine: facts.outcome.steps[step - 1 - INPUT]?.line(),
    notes: facts.notes,
  };
}

function toStuck(facts: Case): ReplayError {
  const last = facts.outcome.steps.at(-1);
  const after =
    last === undefined
      ? "before its first step"
      : `after ${describeCommand(last.command)}${onLine(last.line())}`;
  return new ReplayError(
    "stuck",
    `${whereOf(facts)}: the replay got stuck ${after}. The code waits for something other than ctx, which ` +
      "nobody gives it here. Wrap it in ctx.run, or allow it more time by `timeoutMs`.",
  );
}

function whereOf({ journal }: Case): string {
  return `${targetOf(journal)} (${journal.invocationId})`;
}

function targetOf({ target }: RecordedJournal): string {
  return [target.service, target.key, target.handler].filter((part) => part !== undefined).join("/");
}

function lastLine({ outcome }: Case): string | undefined {
  for (const { line } of [...outcome.steps].reverse()) {
    const found = line();
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What the tree names, each once, by the step that it belongs to. */
function describeAwaited(tree: AwaitTree, steps: readonly Step[]): string[] {
  const words = [
    ...tree.completions.map((id) => {
      const step = steps.find(
        ({ command }) =>
          ("completionId" in command && command.completionId === id) ||
          ("invocationIdCompletionId" in command && command.invocationIdCompletionId === id),
      );
      return step === undefined ? `completion ${id}` : describeCommand(step.command);
    }),
    ...tree.signals.filter((signal) => signal !== CANCEL_SIGNAL).map((signal) => `awakeable ${signal}`),
    ...tree.namedSignals.map((signal) => `signal "${signal}"`),
    ...tree.nested.flatMap((inner) => describeAwaited(inner, steps)),
  ];
  return [...new Set(words)];
}
