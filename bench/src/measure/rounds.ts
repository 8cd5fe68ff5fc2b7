/** How long a group may measure. */
export interface Budget {
  readonly seconds: number;
  readonly roundsMin: number;
  readonly roundsMax: number;
}

/**
 * Repeats rounds while there is time for one more, but at least so many: in each round
 * every subject has its turn, and begins in another round, so that what disturbs the
 * machine disturbs all of them.
 */
export async function alternate<S>(
  subjects: readonly S[],
  { seconds, roundsMin, roundsMax }: Budget,
  measure: (order: readonly S[], round: number) => Promise<void>,
): Promise<number> {
  const deadline = performance.now() + seconds * 1000;
  let round = 0;
  let lastMs = 0;
  while (round < roundsMin || (round < roundsMax && performance.now() + lastMs < deadline)) {
    const begun = performance.now();
    await measure(rotate(subjects, round), round);
    lastMs = performance.now() - begun;
    round += 1;
  }
  return round;
}

export function rotate<S>(subjects: readonly S[], by: number): S[] {
  const first = subjects.length === 0 ? 0 : by % subjects.length;
  return [...subjects.slice(first), ...subjects.slice(0, first)];
}
