import { createChance } from "../engine/random.ts";
import { sayList } from "../engine/words.ts";
import { sayHappening } from "./chronicle.ts";
import { findDifferences } from "./differences.ts";
import { ExploreError } from "./explore-error.ts";
import { compare, judge, sayError, type Verdict } from "./judge.ts";
import { type RunRecord, runOnce } from "./one-run.ts";
import {
  EXPLORE_RUNS_MAX,
  type ExploreOptions,
  FAULT_KINDS,
  SHRINK_HANGS_MAX,
  SHRINK_RUNS_MAX,
} from "./options.ts";
import { type Exploration, isCut, summarize } from "./report.ts";
import { formatSchedule, isOrdered, parseSchedule, type Schedule } from "./schedule.ts";
import { search } from "./search.ts";
import { simpler } from "./shrink.ts";

/**
 * Runs a scenario, and then runs it again, each time on a fresh engine, and each time
 * disturbed in another way: broken off after every journal entry, suspended and cancelled
 * at every wait, with every run executed twice, in other orders. Each of these runs has to
 * give the same result and the same effects as the undisturbed one.
 *
 * Resolves when all of that holds, to what was tried. Rejects with an {@link ExploreError}
 * that says what happened in the shortest run that goes wrong, and how to repeat it; with a
 * `TypeError` when the options make no sense.
 *
 * @example
 * await explore({
 *   setup: () => {
 *     const charged = new Set<string>();
 *     return { services: [order, paymentsWith(charged)], effects: () => charged };
 *   },
 *   scenario: (engine) => engine.client.serviceClient(order).place("order-1"),
 *   whenCancelled: ({ effects }) => expect(effects.size).toBe(0),
 * });
 */
export async function explore<Result, Effects = undefined>(
  options: ExploreOptions<Result, Effects>,
): Promise<Exploration<Result, Effects>> {
  return await new Explorer(options).explore();
}

class Explorer<Result, Effects> {
  readonly #options: ExploreOptions<Result, Effects>;
  /** The schedules of runs in which nothing was wrong. */
  readonly #right = new Set<string>();
  #runs = 0;

  constructor(options: ExploreOptions<Result, Effects>) {
    requireSense(options as ExploreOptions<unknown, unknown>);
    this.#options = options;
  }

  async explore(): Promise<Exploration<Result, Effects>> {
    const { schedule, faults = FAULT_KINDS, runsMax = EXPLORE_RUNS_MAX, seed = 1 } = this.#options;
    const baseline = await this.#baseline();
    const attempt = (tried: Schedule): Promise<RunRecord<Result, Effects>> => this.#attempt(tried, baseline);
    if (schedule !== undefined) {
      const { unreached } = await attempt(parseSchedule(schedule));
      return this.#report(baseline, [], unreached);
    }
    const coverage = await search({
      kinds: faults,
      budget: runsMax - 1,
      chance: createChance(seed),
      baseline,
      attempt,
    });
    return this.#report(baseline, coverage, []);
  }

  #report(
    { run }: RunRecord<Result, Effects>,
    coverage: Exploration["coverage"],
    unreached: readonly string[],
  ): Exploration<Result, Effects> {
    const { schedule, runsMax = EXPLORE_RUNS_MAX, whenCancelled } = this.#options;
    const summary = summarize({
      runs: this.#runs,
      runsMax,
      coverage,
      hasWhenCancelled: whenCancelled !== undefined,
      isScheduled: schedule !== undefined,
      unreached,
    });
    if (coverage.some(isCut) || unreached.length > 0) console.warn(`[perdure] explore: ${summary}`);
    return { baseline: run, runs: this.#runs, coverage, unreached, summary };
  }

  async #run(schedule: Schedule): Promise<RunRecord<Result, Effects>> {
    this.#runs += 1;
    return await runOnce(this.#options, schedule);
  }

  async #baseline(): Promise<RunRecord<Result, Effects>> {
    const record = await this.#run([]);
    const { stopped, threw, run } = record;
    if (stopped !== undefined) {
      const hint = `${HINTS[stopped.type]} Make the scenario pass as a test of its own first.`;
      throw this.#error(record, { code: "baseline", problem: stopped.message }, hint);
    }
    if (threw) {
      const problem = `The scenario threw: ${sayError(run.error)}`;
      throw this.#error(record, { code: "baseline", problem, cause: run.error }, HINTS.baseline);
    }
    return record;
  }

  async #attempt(
    schedule: Schedule,
    baseline: RunRecord<Result, Effects>,
  ): Promise<RunRecord<Result, Effects>> {
    const record = await this.#run(schedule);
    requireFreshEffects(record, baseline);
    const verdict = await judge(this.#options, record, baseline);
    if (verdict === undefined) {
      this.#right.add(formatSchedule(schedule));
      return record;
    }
    const runs = this.#runs;
    const found = (await this.#explainUnsteady(baseline, verdict)) ?? { record, verdict };
    const shortest = await this.#shrink(found, baseline);
    const hint = hintOf(shortest.verdict, shortest.record.schedule, this.#options.check !== undefined);
    throw this.#error(shortest.record, shortest.verdict, hint, runs);
  }

  /**
   * If what differs would differ anyway: throws, or gives a run in which code and journal
   * differ, since that has a line.
   */
  async #explainUnsteady(
    baseline: RunRecord<Result, Effects>,
    { code }: Verdict,
  ): Promise<Found<Result, Effects> | undefined> {
    if (code === "mismatch" || code === "hangs") return undefined;
    const again = await this.#run([]);
    const differences = again.stopped === undefined ? compare(again, baseline) : again.stopped.message;
    if (differences === undefined) return undefined;
    for (const place of baseline.places.filter(({ type }) => type === "crash").slice(0, SHRINK_RUNS_MAX)) {
      const record = await this.#run([place]);
      const verdict = await judge(this.#options, record, baseline);
      if (verdict?.code === "mismatch") return { record, verdict };
    }
    const noticed = baseline.misuses.length === 0 ? "" : `\nWhat was noticed:\n${sayList(baseline.misuses)}`;
    throw this.#error(again, { code: "unsteady", problem: `${differences}${noticed}` }, HINTS.unsteady);
  }

  async #shrink(
    found: Found<Result, Effects>,
    baseline: RunRecord<Result, Effects>,
  ): Promise<Found<Result, Effects>> {
    let shortest = found;
    // Each run that hangs takes its time.
    const runsMax = this.#runs + (found.verdict.code === "hangs" ? SHRINK_HANGS_MAX : SHRINK_RUNS_MAX);
    for (;;) {
      const shorter = await this.#findShorter(shortest, baseline, runsMax);
      if (shorter === undefined) return shortest;
      shortest = shorter;
    }
  }

  async #findShorter(
    { record: { schedule }, verdict: { code } }: Found<Result, Effects>,
    baseline: RunRecord<Result, Effects>,
    runsMax: number,
  ): Promise<Found<Result, Effects> | undefined> {
    for (const shorter of simpler(schedule)) {
      const text = formatSchedule(shorter);
      if (this.#right.has(text)) continue;
      if (this.#runs >= runsMax) return undefined;
      const record = await this.#run(shorter);
      const verdict = await judge(this.#options, record, baseline);
      if (verdict?.code === code && record.unreached.length === 0) return { record, verdict };
      this.#right.add(text);
    }
    return undefined;
  }

  #error(
    record: RunRecord<Result, Effects>,
    { code, problem, cause }: Verdict,
    hint: string,
    runs: number = this.#runs,
  ): ExploreError {
    const steps = record.happenings.flatMap((happening) => sayHappening(happening) ?? []);
    return new ExploreError({
      code,
      problem,
      schedule: formatSchedule(record.schedule),
      steps,
      runs,
      hint,
      seed: this.#options.seed,
      cause,
    });
  }
}

interface Found<Result, Effects> {
  readonly record: RunRecord<Result, Effects>;
  readonly verdict: Verdict;
}

const HINTS = {
  mismatch:
    "Between two steps of ctx the code must do the same in each attempt: no random numbers, no time, no state of the process, no order that the outside decides. Put such things into ctx.run, or use ctx.rand and ctx.date.",
  hangs:
    "Look for something that is waited for and does not come any more, such as a signal to an attempt that is gone, or a promise that is not of ctx. If a run takes longer, raise patienceMs.",
  threw:
    "A broken-off attempt is tried again, so nobody should notice it. Look at what the next attempt does otherwise.",
  different:
    "A closure of ctx.run may be executed more than once before its result is recorded: make it idempotent, for example by a key from ctx.rand. What happens outside of ctx.run happens again in each attempt.",
  check: "What check says does not hold in this run.",
  cancelled:
    "A cancellation rejects what is awaited at that moment. Undo what was done in a catch or finally, for the step that was cut off too: it may have happened.",
  unsteady:
    "Nothing was disturbed, and yet two runs differ: setup has to make everything anew that a run changes, and what depends on the time or on chance does not belong into results and effects.",
  baseline: "Make the scenario pass as a test of its own first. What may fail, it has to catch.",
} as const;

function hintOf({ code }: Verdict, schedule: Schedule, hasCheck: boolean): string {
  if (code === "different" && isOrdered(schedule) && !hasCheck) {
    return "If the result may depend on who is first, say what has to hold with check, or leave order out of faults. If not, two invocations get into each other's way, or code takes for granted which of two is first.";
  }
  return HINTS[code];
}

/** A run that begins with another's effects would be compared with the wrong thing. */
function requireFreshEffects(
  { effectsBefore }: RunRecord<unknown, unknown>,
  baseline: RunRecord<unknown, unknown>,
): void {
  const differences = findDifferences("effects", baseline.effectsBefore, effectsBefore);
  if (differences.length === 0) return;
  throw new TypeError(
    `explore: effects() gives another value at the beginning of each run:\n${sayList(differences)}\nsetup is called for each run, and has to make anew, or empty, everything that is seen there.`,
  );
}

function requireSense({
  setup,
  scenario,
  faults,
  runsMax,
  schedule,
}: ExploreOptions<unknown, unknown>): void {
  if (typeof setup !== "function") {
    throw new TypeError("explore: setup must be a function that gives { services, effects }.");
  }
  if (typeof scenario !== "function") throw new TypeError("explore: scenario must be a function.");
  const unknown = faults?.find((kind) => !FAULT_KINDS.includes(kind));
  if (unknown !== undefined) {
    throw new TypeError(`explore: "${unknown}" is no kind of fault. There are ${FAULT_KINDS.join(", ")}.`);
  }
  if (runsMax !== undefined && !(Number.isInteger(runsMax) && runsMax >= 1)) {
    throw new TypeError(`explore: runsMax is ${runsMax}, and must be a whole number from 1 on.`);
  }
  if (schedule !== undefined) parseSchedule(schedule);
}
