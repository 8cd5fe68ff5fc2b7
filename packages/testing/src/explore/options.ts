import type { TestEngineOptions } from "../engine/options.ts";
import type { TestEngine } from "../engine/test-engine.ts";
import type { ExploredRun } from "./explored-run.ts";

/** The kinds of disturbance, in the order in which they are tried. */
export const FAULT_KINDS = ["rerun", "crash", "suspend", "cancel", "restart", "order", "mixed"] as const;

/**
 * - `rerun`: the closure of a run was executed, its result is lost, and it is executed again.
 * - `crash`: an attempt is broken off right after a journal entry was stored.
 * - `suspend`: an invocation is suspended while it waits, and its code is replayed.
 * - `cancel`: an invocation is cancelled while it waits.
 * - `restart`: the engine is closed right after a journal entry was stored, and opened again.
 * - `order`: steps, calls and runs complete in another order.
 * - `mixed`: two or three of these in one run, chosen by the seed.
 */
export type FaultKind = (typeof FAULT_KINDS)[number];

/** What a run of the scenario stands on. */
export interface ExploreSubject<Effects = unknown> extends TestEngineOptions {
  /**
   * What is visible outside, as plain data: what the fakes of this run have recorded. Asked
   * before the scenario and when all has come to rest. An order that may differ should be
   * taken out here, by sorting.
   */
  readonly effects?: (() => Effects | Promise<Effects>) | undefined;
}

/** What an exploration runs, and what must hold. */
export interface ExploreOptions<Result, Effects> {
  /**
   * Called for each run. Makes the fakes anew, and says which services there are; everything
   * that a test engine can be told may be told here.
   */
  readonly setup: () => ExploreSubject<Effects> | Promise<ExploreSubject<Effects>>;
  /**
   * What is done with the engine, each time the same. Its result is compared. What it has
   * left running comes to rest before the end of the run, but time does not go on: call
   * `engine.clock.runUntilIdle()` if it should.
   */
  readonly scenario: (engine: TestEngine) => Result | Promise<Result>;
  /**
   * Says, by throwing, whether a disturbed run is right, instead of being equal to the
   * undisturbed one. For scenarios whose result rightly depends on who is first.
   */
  readonly check?:
    | ((run: ExploredRun<Result, Effects>, baseline: ExploredRun<Result, Effects>) => void | Promise<void>)
    | undefined;
  /**
   * Says, by throwing, whether a run in which invocations were cancelled is right. Not asked
   * when the run is the same as the undisturbed one: a cancellation may come too late. Without
   * it, such a run has to come to an end, and that is all.
   */
  readonly whenCancelled?:
    | ((run: ExploredRun<Result, Effects>, baseline: ExploredRun<Result, Effects>) => void | Promise<void>)
    | undefined;
  /** Which kinds are tried; all when absent. */
  readonly faults?: readonly FaultKind[] | undefined;
  /** Timers take part in other orders: a timeout may pass while a run or a call is under way. False when absent. */
  readonly timers?: boolean | undefined;
  /** The most runs, without those that shorten a failure. {@link EXPLORE_RUNS_MAX} when absent. */
  readonly runsMax?: number | undefined;
  /** Decides what is chosen where not everything can be tried. 1 when absent. */
  readonly seed?: number | undefined;
  /** Repeats one run, as a failure has printed it. Nothing else is tried. */
  readonly schedule?: string | undefined;
}

/** The most runs of one exploration, unless told otherwise. */
export const EXPLORE_RUNS_MAX = 1000;

/** The most runs in which something is mixed, and in which the order is another one. */
export const MIXED_RUNS_MAX = 50;
export const ORDER_RUNS_MAX = 200;

/** The most runs that are spent on shortening a failure. */
export const SHRINK_RUNS_MAX = 100;

/** The same for a run that hangs: each such run takes as long as the patience lasts. */
export const SHRINK_HANGS_MAX = 5;
