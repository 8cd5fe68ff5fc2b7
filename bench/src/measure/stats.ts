/** What a row of figures says, read without assuming how they are spread. */
export interface Summary {
  readonly median: number;
  /** A quarter of the figures is below. */
  readonly low: number;
  /** A quarter of the figures is above. */
  readonly high: number;
  readonly count: number;
}

/** @throws RangeError if there is nothing to sum up. */
export function summarize(figures: readonly number[]): Summary {
  if (figures.length === 0) throw new RangeError("There are no figures.");
  const sorted = [...figures].sort((a, b) => a - b);
  return {
    median: quantile(sorted, 0.5),
    low: quantile(sorted, 0.25),
    high: quantile(sorted, 0.75),
    count: sorted.length,
  };
}

/**
 * How large the first are beside the second, round by round: what disturbs the machine for a
 * while disturbs both figures of a round, and not their ratio.
 *
 * @throws RangeError if there is no round in which both were measured.
 */
export function summarizeRatio(figures: readonly number[], reference: readonly number[]): Summary {
  const rounds = Math.min(figures.length, reference.length);
  return summarize(
    Array.from({ length: rounds }, (_, round) => (figures[round] as number) / (reference[round] as number)),
  );
}

/** Between two figures where none stands at that place. */
export function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

export interface Point {
  readonly size: number;
  readonly cost: number;
}

/**
 * The `k` of `cost ~ size^k` that fits best (least squares of the logarithms): 1 is
 * linear, 2 is quadratic, 0 is flat.
 *
 * @throws RangeError if there are fewer than two sizes.
 */
export function growthExponent(points: readonly Point[]): number {
  const logs = points.map(({ size, cost }) => ({ x: Math.log(size), y: Math.log(cost) }));
  const meanX = mean(logs.map(({ x }) => x));
  const meanY = mean(logs.map(({ y }) => y));
  const spread = logs.reduce((sum, { x }) => sum + (x - meanX) ** 2, 0);
  if (!(spread > 0)) throw new RangeError("Growth needs at least two sizes.");
  return logs.reduce((sum, { x, y }) => sum + (x - meanX) * (y - meanY), 0) / spread;
}

/** What comes on top of the first, as far as anything does: what is always there hides how the rest grows. */
export function beyondFirst([first, ...others]: readonly Point[]): Point[] {
  if (first === undefined) return [];
  return others
    .map(({ size, cost }) => ({ size: size - first.size, cost: cost - first.cost }))
    .filter(({ size, cost }) => size > 0 && cost > 0);
}

function mean(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
}
