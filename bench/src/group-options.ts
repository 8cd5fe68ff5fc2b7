import type { Budget } from "./measure/rounds.ts";

/** What every group of measurements is told. */
export interface GroupOptions {
  /** Tiny: the answers are checked, and the figures say nothing. */
  readonly quick: boolean;
  readonly budget: Budget;
  /** Another checkout of this repository, measured as one more subject where that is possible. */
  readonly against?: string | undefined;
  /** Only works whose name contains this. */
  readonly only?: string | undefined;
}
