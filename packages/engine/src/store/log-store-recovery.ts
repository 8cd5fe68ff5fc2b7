import { join } from "node:path";
import type { FileSystem } from "./file-system.ts";
import { createStoredFile, openStoredFile, type StoredFile, writeFully } from "./log-store-file.ts";
import { encodeHead, HEAD_BYTES, MARK_BYTES, RECORD_HEAD_BYTES } from "./log-store-format.ts";
import { type FolderPlan, planFolder, toSegmentName, toSnapshotName } from "./log-store-names.ts";
import type { Replay } from "./log-store-replay.ts";
import { scanRecords } from "./log-store-scan.ts";
import { classifyTail } from "./log-store-tail.ts";
import { createDamage } from "./store-error.ts";

/** Memory that a start takes, and how often it waits for the disk. */
const CHUNK_BYTES: number = 1024 * 1024;

export interface Recovered {
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
  /** Somebody who is not the owner. */
  readonly isReader?: boolean;
}

/**
 * Reads a folder, as its owner: finds the files that count, replays them, cuts a
 * torn tail off the last segment and removes what a crash left behind. Throws for
 * everything that a crash cannot explain, and has then changed nothing.
 */
export async function recoverFolder(place: Place, replay: Replay): Promise<Recovered> {
  const { fileSystem, folder } = place;
  const plan = planFolder(folder, await fileSystem.list(folder));
  const opened: StoredFile[] = [];
  try {
    await openFull(place, { plan, replay, opened });
    const sequence = plan.segments.at(-1) ?? 1;
    const previous = opened.at(-1);
    const found =
      plan.segments.length === 0 ? undefined : await openSegment(place, { sequence, previous, synced: true });
    if (found !== undefined) opened.push(found);
    const preallocatedBytes = found === undefined ? HEAD_BYTES : await recoverActive(found, replay);
    const active =
      found ?? (await remakeSegment(place, { sequence, previous, exists: plan.segments.length > 0 }));
    if (found === undefined) opened.push(active);
    for (const name of plan.leftovers) await fileSystem.remove(join(folder, name));
    await fileSystem.syncFolder(folder);
    return { sealed: opened.slice(0, -1), active, preallocatedBytes };
  } catch (error) {
    for (const { file } of opened) await file.close().catch(() => {});
    throw error;
  }
}

/** Replays a folder that may have another owner, who may be at work, and changes nothing. */
export async function readFolder(place: Place, replay: Replay): Promise<readonly StoredFile[]> {
  const plan = planFolder(place.folder, await place.fileSystem.list(place.folder));
  const opened: StoredFile[] = [];
  try {
    await openFull(place, { plan, replay, opened });
    const sequence = plan.segments.at(-1);
    if (sequence === undefined) return opened;
    const last = await openSegment(place, { sequence, previous: opened.at(-1), synced: false });
    if (last === undefined) return opened;
    opened.push(last);
    // What stands behind the last valid record may be a group that is being written.
    last.bytes = (await replayRecords(last, replay)).end;
    return opened;
  } catch (error) {
    for (const { file } of opened) await file.close().catch(() => {});
    throw error;
  }
}

/** The snapshot and all segments but the last, added to `opened` one by one. */
async function openFull(
  place: Place,
  {
    plan,
    replay,
    opened,
  }: { readonly plan: FolderPlan; readonly replay: Replay; readonly opened: StoredFile[] },
): Promise<void> {
  if (plan.snapshot !== undefined) opened.push(await openSnapshot(place, plan.snapshot, replay));
  for (const sequence of plan.segments.slice(0, -1)) {
    opened.push(await openSealed(place, { sequence, previous: opened.at(-1), replay }));
  }
}

async function openSnapshot(
  { fileSystem, folder, isReader = false }: Place,
  sequence: number,
  replay: Replay,
): Promise<StoredFile> {
  const path = join(folder, toSnapshotName(sequence));
  const stored = await openStoredFile({
    fileSystem,
    path,
    synced: false,
    isReader,
    expected: { kind: "snapshot", sequence },
  });
  if (stored === undefined) throw createDamage(path, "it is empty");
  const { end, lastIsEmpty } = await replayRecords(stored, replay);
  if (end !== stored.bytes) throw createBadRecord(stored, end);
  if (!lastIsEmpty) throw createDamage(path, `it was cut short at offset ${end}`);
  return stored;
}

async function openSealed(
  place: Place,
  { sequence, previous, replay }: { sequence: number; previous: StoredFile | undefined; replay: Replay },
): Promise<StoredFile> {
  const stored = await openSegment(place, { sequence, previous, synced: false });
  if (stored === undefined) throw createDamage(join(place.folder, toSegmentName(sequence)), "it is empty");
  const { end } = await replayRecords(stored, replay);
  if (end !== stored.bytes) throw createBadRecord(stored, end);
  return stored;
}

async function openSegment(
  { fileSystem, folder, isReader = false }: Place,
  { sequence, previous, synced }: { sequence: number; previous: StoredFile | undefined; synced: boolean },
): Promise<StoredFile | undefined> {
  const path = join(folder, toSegmentName(sequence));
  const expected = { kind: "segment", sequence } as const;
  const stored = await openStoredFile({ fileSystem, path, synced, isReader, expected });
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
async function recoverActive(stored: StoredFile, replay: Replay): Promise<number> {
  let size = stored.bytes;
  const { end, lastRecord } = await replayRecords(stored, replay);
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

async function replayRecords(
  stored: StoredFile,
  replay: Replay,
): Promise<{ end: number; lastRecord: number; lastIsEmpty: boolean }> {
  const { file, head, bytes } = stored;
  let lastRecord = bytes;
  let lastIsEmpty = false;
  const end = await scanRecords({
    file,
    mark: head.mark,
    from: HEAD_BYTES,
    to: bytes,
    chunkBytes: CHUNK_BYTES,
    onRecord: (buffer, range, base) => {
      lastRecord = base + range.start - RECORD_HEAD_BYTES - MARK_BYTES;
      lastIsEmpty = range.start === range.end;
      const whole = replay.takeRecord(buffer, range, { stored, base });
      if (!whole) throw createBadRecord(stored, lastRecord, "its entries do not add up");
    },
    onChunk: () => replay.endChunk(stored),
  });
  return { end, lastRecord: Math.min(lastRecord, end), lastIsEmpty };
}

function createBadRecord({ path }: StoredFile, offset: number, why?: string): Error {
  return createDamage(
    path,
    `the record at offset ${offset} is not valid${why === undefined ? "" : `; ${why}`}`,
  );
}
