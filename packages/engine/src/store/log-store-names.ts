import { createDamage } from "./store-error.ts";

/**
 * The log store's file names, which are all there is to say which files count:
 *
 *     000000000007.log                the segment with this number; they have no gaps
 *     000000000006.snapshot           stands for all segments up to this number
 *     000000000006.snapshot.partial   one in the making, which counts for nothing
 */
const SEGMENT = /^(\d{12})\.log$/;
const SNAPSHOT = /^(\d{12})\.snapshot$/;
const PARTIAL = /^\d{12}\.snapshot\.partial$/;

export function toSegmentName(sequence: number): string {
  return `${String(sequence).padStart(12, "0")}.log`;
}

export function toSnapshotName(sequence: number): string {
  return `${String(sequence).padStart(12, "0")}.snapshot`;
}

export function toPartialName(sequence: number): string {
  return `${toSnapshotName(sequence)}.partial`;
}

export interface FolderPlan {
  /** The newest snapshot. */
  readonly snapshot: number | undefined;
  /** What came after it, without gaps, in order. */
  readonly segments: readonly number[];
  /** What a crash left behind: to be removed. */
  readonly leftovers: readonly string[];
}

/** Names that are not ours are left alone. Throws when a file must have been there that is not. */
export function planFolder(folder: string, names: readonly string[]): FolderPlan {
  const snapshots = numbersOf(names, SNAPSHOT);
  const snapshot = snapshots.at(-1);
  const first = (snapshot ?? 0) + 1;
  const all = numbersOf(names, SEGMENT);
  const segments = all.filter((sequence) => sequence >= first);
  for (const [place, sequence] of segments.entries()) {
    if (sequence !== first + place) throw createMissing(folder, first + place);
  }
  if (segments.length === 0 && snapshot !== undefined) throw createMissing(folder, first);
  const leftovers = [
    ...names.filter((name) => PARTIAL.test(name)),
    ...all.filter((sequence) => sequence < first).map(toSegmentName),
    ...snapshots.slice(0, -1).map(toSnapshotName),
  ];
  return { snapshot, segments, leftovers };
}

function numbersOf(names: readonly string[], pattern: RegExp): number[] {
  const numbers = names.map((name) => pattern.exec(name)?.[1]).filter((digits) => digits !== undefined);
  return numbers.map(Number).sort((a, b) => a - b);
}

function createMissing(folder: string, sequence: number): Error {
  return createDamage(folder, `its file ${toSegmentName(sequence)} is missing`);
}
