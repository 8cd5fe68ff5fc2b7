/**
 * What an exploration has found.
 *
 * - `mismatch`: replayed code took another way than its journal.
 * - `different`: the result, the effects, the state or the invocations are others.
 * - `check`: the author's `check` threw.
 * - `cancelled`: the author's `whenCancelled` threw.
 * - `threw`: the scenario threw, though nothing was cancelled.
 * - `hangs`: the run does not come to an end.
 * - `unsteady`: undisturbed runs differ from each other.
 * - `baseline`: the undisturbed run itself is wrong.
 */
export type ExploreProblem =
  | "mismatch"
  | "different"
  | "check"
  | "cancelled"
  | "threw"
  | "hangs"
  | "unsteady"
  | "baseline";

export interface ExploreFailure {
  readonly code: ExploreProblem;
  /** What is wrong, in words. */
  readonly problem: string;
  /** The shortest one that was found; `explore({ ..., schedule })` repeats it. */
  readonly schedule: string;
  /** What happened in that run, in order. */
  readonly steps: readonly string[];
  /** How many runs there had been when it was found. */
  readonly runs: number;
  readonly hint: string;
  readonly seed: number | undefined;
  readonly cause?: unknown;
}

/** A disturbed run went wrong. The message says how it was disturbed, what happened, and how to repeat it. */
export class ExploreError extends Error {
  override name = "ExploreError";
  readonly code: ExploreProblem;
  readonly problem: string;
  readonly schedule: string;
  readonly steps: readonly string[];
  readonly hint: string;

  constructor(failure: ExploreFailure) {
    super(sayFailure(failure), { cause: failure.cause });
    this.code = failure.code;
    this.problem = failure.problem;
    this.schedule = failure.schedule;
    this.steps = failure.steps;
    this.hint = failure.hint;
  }
}

/** The most steps that a message shows: the first, and those before the end. */
export const SHOWN_STEPS_MAX = 60;

function sayFailure({ problem, schedule, steps, runs, hint, seed }: ExploreFailure): string {
  const how = schedule === "" ? "undisturbed" : `with ${schedule}`;
  return [
    `The scenario goes wrong ${how} (run ${runs}).`,
    problem,
    "",
    "What happened:",
    ...shorten(steps).map((step) => `  ${step}`),
    "",
    ...(schedule === "" ? [] : ["To repeat it:", ...sayTest(schedule, seed), ""]),
    `Hint: ${hint}`,
  ].join("\n");
}

function sayTest(schedule: string, seed: number | undefined): readonly string[] {
  const seeded = seed === undefined ? "" : `\n      seed: ${seed},`;
  return [
    `  it("survives ${schedule}", async () => {
    await explore({
      setup, // as in this exploration, with check, whenCancelled and timers, if there are any
      scenario,${seeded}
      schedule: ${JSON.stringify(schedule)},
    });
  });`,
  ];
}

function shorten(steps: readonly string[]): readonly string[] {
  const numbered = steps.map((step, index) => `${String(index + 1).padStart(3)}. ${step}`);
  if (numbered.length <= SHOWN_STEPS_MAX) return numbered;
  const half = SHOWN_STEPS_MAX / 2;
  return [
    ...numbered.slice(0, half),
    `     ... ${numbered.length - SHOWN_STEPS_MAX} more ...`,
    ...numbered.slice(-half),
  ];
}
