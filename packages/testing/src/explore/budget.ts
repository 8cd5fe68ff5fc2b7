/**
 * Shares out a budget: nobody gets more than wanted, what somebody leaves goes to the
 * others, and those who want more than there is get the same.
 */
export function shareOut(budget: number, wants: readonly number[]): readonly number[] {
  const shares = wants.map(() => 0);
  let left = budget;
  for (;;) {
    const hungry = wants.flatMap((want, index) => ((shares[index] ?? 0) < want ? [index] : []));
    if (left <= 0 || hungry.length === 0) return shares;
    const portion = Math.max(1, Math.floor(left / hungry.length));
    for (const index of hungry) {
      const given = Math.min(portion, left, (wants[index] ?? 0) - (shares[index] ?? 0));
      shares[index] = (shares[index] ?? 0) + given;
      left -= given;
    }
  }
}

/** So many of the items, evenly spread, the first among them, in their order. */
export function spread<T>(items: readonly T[], count: number): readonly T[] {
  if (count >= items.length) return items;
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)] as T);
}
