import { crc32 } from "node:zlib";
import { isRecord, MARK_BYTES, RECORD_BYTES_MIN, RECORD_HEAD_BYTES } from "./log-store-format.ts";

/** What a disk writes as a whole or not at all. */
const SECTOR_BYTES = 512;
const ZERO_SECTOR = Buffer.alloc(SECTOR_BYTES);

/**
 * - `clean`: nothing but zeros, room that was made for records to come.
 * - `torn`: a group that was being written when the power or the process went. Nobody was told that it is durable.
 * - `damaged`: something that was whole once.
 */
export type Tail = "clean" | "torn" | { readonly damaged: string };

/**
 * Judges what stands in the last segment behind its last valid record. One group
 * is written at a time, into zeros or at the end of the file, so:
 *
 * 1. A valid record further on means that the bad one was durable once.
 * 2. What was not written of a torn group is missing, or still zero: the end of
 *    it (its last byte never is, format rule 3), or a whole sector.
 * 3. Anything else was written whole, and is different now.
 */
export function classifyTail(tail: {
  /** All bytes from the bad record to the end of the file. */
  readonly bytes: Buffer;
  /** Where they stand in the file. */
  readonly offset: number;
  readonly mark: Uint8Array;
}): Tail {
  const { bytes, offset, mark } = tail;
  const written = bytes.subarray(0, lengthWithoutZeros(bytes));
  if (written.length === 0) return "clean";
  const next = findRecord(bytes, mark);
  if (next !== undefined) return { damaged: `a valid record follows at offset ${offset + next}` };
  if (written.length < RECORD_BYTES_MIN) return "torn";
  const end = RECORD_HEAD_BYTES + written.readUInt32LE(0);
  if (end !== written.length && crc32(written.subarray(RECORD_HEAD_BYTES)) === written.readUInt32LE(4)) {
    return { damaged: `its length is not the one it was written with` };
  }
  if (end > written.length || hasZeroSector(written, offset)) return "torn";
  return { damaged: "it was written to its end, but its checksum does not match" };
}

function lengthWithoutZeros(bytes: Buffer): number {
  let length = bytes.length;
  while (length > 0 && bytes[length - 1] === 0) length -= 1;
  return length;
}

/** The first valid record behind the beginning. */
function findRecord(bytes: Buffer, mark: Uint8Array): number | undefined {
  let found = bytes.indexOf(mark, RECORD_HEAD_BYTES + 1);
  while (found !== -1) {
    if (isRecord(bytes, found - RECORD_HEAD_BYTES, mark)) return found - RECORD_HEAD_BYTES;
    found = bytes.indexOf(mark, found + MARK_BYTES);
  }
  return undefined;
}

function hasZeroSector(bytes: Buffer, offset: number): boolean {
  let start = 0;
  while (start < bytes.length) {
    const end = Math.min(start + SECTOR_BYTES - ((offset + start) % SECTOR_BYTES), bytes.length);
    if (bytes.subarray(start, end).equals(ZERO_SECTOR.subarray(0, end - start))) return true;
    start = end;
  }
  return false;
}
