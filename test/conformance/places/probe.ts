/**
 * What handlers tell the tests beside their results, and what tests tell the
 * handlers: outside of any journal, so that it shows what really ran, how often
 * and when.
 */

const kept = new Map<string, unknown[]>();
const open = new Set<string>();
const waiting = new Map<string, (() => void)[]>();

/** Keeps `value` under `key`, behind what is there. Returns how many there are now. */
export function note(key: string, value: unknown = true): number {
  const values = kept.get(key);
  if (values === undefined) {
    kept.set(key, [value]);
    return 1;
  }
  return values.push(value);
}

export function notesOf(key: string): readonly unknown[] {
  return kept.get(key) ?? [];
}

export function openDoor(door: string): void {
  open.add(door);
  for (const enter of waiting.get(door) ?? []) enter();
  waiting.delete(door);
}

export function isOpen(door: string): boolean {
  return open.has(door);
}

/** Resolves when somebody has opened the door. */
export function opened(door: string): Promise<void> {
  if (open.has(door)) return Promise.resolve();
  return new Promise((resolve) => {
    const others = waiting.get(door);
    if (others === undefined) waiting.set(door, [resolve]);
    else others.push(resolve);
  });
}

/** Resolves when `count` have come to `key`: it hangs if they come one after the other. */
export async function together(key: string, count: number): Promise<void> {
  if (note(`together ${key}`) >= count) openDoor(`together ${key}`);
  await opened(`together ${key}`);
}
