import { join } from "node:path";
import type { FileSystem } from "./file-system.ts";
import { createStoredFile, openStoredFile, type StoredFile, writeFully } from "./log-store-file.ts";
import {
  encodeHead,
  forEachEntry,
  HEAD_BYTES,
  isDeletion,
  MARK_BYTES,
  RECORD_HEAD_BYTES,
} from "./log-store-format.ts";
import { KeyIndex } from "./log-store-index.ts";
import { planFolder, toSegmentName, toSnapshotName } from "./log-store-names.ts";
import { scanRecords } from "./log-store-scan.ts";
import { classifyTail } from "./log-store-tail.ts";
import { createDamage } from "./store-error.ts";

export interface Recovered {
  readonly index: KeyIndex;
  /** Snapshot and full segments, oldest first. */
  readonly sealed: readonly StoredFile[];
  /** The segment that takes new records. */
  readonly active: StoredFile;
  /** How far the active segment reaches with the zeros behind its records. */
  readonly preallocatedBytes: number;
}

interface Place {
  readonly fileSystem: FileSystem;
  readonly folder: string;
}

/**
 * Reads a folder, as its owner: finds the files that count, builds the index,
 * cuts a torn tail off the last segment and removes what a crash left behind.
 * Throws for everything that a crash cannot explain, and has then changed nothing.
 */
export async function recoverFolder(place: Place): Promise<Recovered> {
  const { fileSystem, folder } = place;
  const plan = planFolder(folder, await fileSystem.list(folder));
  const opened: StoredFile[] = [];
  try {
    const index = new KeyIndex();
    if (plan.snapshot !== undefined) opened.push(await openSnapshot(place, plan.snapshot, index));
    for (const sequence of plan.segments.slice(0, -1)) {
      opened.push(await openSealed(place, { sequence, previous: opened.at(-1), index }));
    }
    const sequence = plan.segments.at(-1) ?? 1;
    const previous = opened.at(-1);
    const found =
      plan.segments.length === 0 ? undefined : await openSegment(place, { sequence, previous, synced: true });
    if (found !== undefined) opened.push(found);
    const preallocatedBytes = found === undefined ? HEAD_BYTES : await recoverActive(found, index);
    const active =
      found ?? (await remakeSegment(place, { sequence, previous, exists: plan.segments.length > 0 }));
    if (found === undefined) opened.push(active);
    for (const name of plan.leftovers) await fileSystem.remove(join(folder, name));
    await fileSystem.syncFolder(folder);
    return { index, sealed: opened.slice(0, -1), active, preallocatedBytes };
  } catch (error) {
    for (const { file } of opened) await file.close().catch(() => {});
    throw error;
  }
}

async function openSnapshot(
  { fileSystem, folder }: Place,
  sequence: number,
  index: KeyIndex,
): Promise<StoredFile> {
  const path = join(folder, toSnapshotName(sequence));
  const stored = await openStoredFile({
    fileSystem,
    path,
    synced: false,
    expected: { kind: "snapshot", sequence },
  });
  if (stored === undefined) throw createDamage(path, "it is empty");
  const { end, lastIsEmpty } = await indexRecords(stored, index);
  if (end !== stored.bytes) throw createBadRecord(stored, end);
  if (!lastIsEmpty) throw createDamage(path, `it was cut short at offset ${end}`);
  return stored;
}

async function openSealed(
  place: Place,
  { sequence, previous, index }: { sequence: number; previous: StoredFile | undefined; index: KeyIndex },
): Promise<StoredFile> {
  const stored = await openSegment(place, { sequence, previous, synced: false });
  if (stored === undefined) throw createDamage(join(place.folder, toSegmentName(sequence)), "it is empty");
  const { end } = await indexRecords(stored, index);
  if (end !== stored.bytes) throw createBadRecord(stored, end);
  return stored;
}

async function openSegment(
  { fileSystem, folder }: Place,
  { sequence, previous, synced }: { sequence: number; previous: StoredFile | undefined; synced: boolean },
): Promise<StoredFile | undefined> {
  const path = join(folder, toSegmentName(sequence));
  const stored = await openStoredFile({ fileSystem, path, synced, expected: { kind: "segment", sequence } });
  if (stored === undefined || previous?.head.kind !== "segment") return stored;
  const { previousBytes } = stored.head;
  if (previous.bytes === previousBytes) return stored;
  await stored.file.close();
  throw createDamage(
    previous.path,
    `it has ${previous.bytes} bytes, and had ${previousBytes} when it was full`,
  );
}

/** A first segment, or one whose making was cut off. */
async function remakeSegment(
  { fileSystem, folder }: Place,
  { sequence, previous, exists }: { sequence: number; previous: StoredFile | undefined; exists: boolean },
): Promise<StoredFile> {
  const name = toSegmentName(sequence);
  if (exists) await fileSystem.remove(join(folder, name));
  const head = { kind: "segment", sequence, previousBytes: previous?.bytes ?? 0 } as const;
  return createStoredFile({ fileSystem, folder, name, synced: true, head });
}

/** Gives how far the segment is preallocated. */
async function recoverActive(stored: StoredFile, index: KeyIndex): Promise<number> {
  let size = stored.bytes;
  const { end, lastRecord } = await indexRecords(stored, index);
  stored.bytes = end;
  if (end < size) {
    const rest = Buffer.allocUnsafeSlow(size - end);
    await stored.file.read(rest, end);
    const tail = classifyTail({ bytes: rest, offset: end, mark: stored.head.mark });
    if (typeof tail === "object") throw createBadRecord(stored, end, tail.damaged);
    if (tail === "torn") {
      await stored.file.truncate(end);
      size = end;
    }
  }
  await writeAgain(stored, lastRecord);
  return size;
}

/**
 * The process that wrote the last record may have died, or have been told of an
 * error, before it was durable; what is read now may stand in memory alone. All
 * that follows from it rests on it, so it is written once more, durably.
 */
async function writeAgain(stored: StoredFile, lastRecord: number): Promise<void> {
  const { file, head, bytes } = stored;
  await writeFully(file, [encodeHead(head)], { position: 0, needed: HEAD_BYTES });
  if (lastRecord < bytes) {
    const record = Buffer.allocUnsafeSlow(bytes - lastRecord);
    await file.read(record, lastRecord);
    await writeFully(file, [record], { position: lastRecord, needed: record.length });
  }
  await file.sync();
}

async function indexRecords(
  stored: StoredFile,
  index: KeyIndex,
): Promise<{ end: number; lastRecord: number; lastIsEmpty: boolean }> {
  const { file, head, id, bytes } = stored;
  let lastRecord = bytes;
  let lastIsEmpty = false;
  const end = await scanRecords({
    file,
    mark: head.mark,
    from: HEAD_BYTES,
    to: bytes,
    onRecord: (buffer, range, base) => {
      lastRecord = base + range.start - RECORD_HEAD_BYTES - MARK_BYTES;
      lastIsEmpty = range.start === range.end;
      const whole = forEachEntry(buffer, range, (key, start, length) => {
        if (isDeletion(buffer, start)) index.delete(key);
        else index.set(key, { fileId: id, offset: base + start, bytes: length });
      });
      if (!whole) throw createBadRecord(stored, lastRecord, "its entries do not add up");
    },
  });
  return { end, lastRecord: Math.min(lastRecord, end), lastIsEmpty };
}

function createBadRecord({ path }: StoredFile, offset: number, why?: string): Error {
  return createDamage(
    path,
    `the record at offset ${offset} is not valid${why === undefined ? "" : `; ${why}`}`,
  );
}
