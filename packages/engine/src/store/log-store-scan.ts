import type { OpenFile } from "./file-system.ts";
import { isRecord, MARK_BYTES, RECORD_BYTES_MIN, RECORD_HEAD_BYTES } from "./log-store-format.ts";

const CHUNK_BYTES = 256 * 1024;

export interface Scan {
  readonly file: OpenFile;
  readonly mark: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** The entries of a valid record stand between `start` and `end`; the file's offset of an entry is `base` plus its place. */
  readonly onRecord: (buffer: Buffer, range: { start: number; end: number }, base: number) => void;
  /** Called when the records of a chunk have been seen, while its bytes are still there. */
  readonly onChunk?: () => void;
  /** Called behind each chunk; the scan goes on when it has resolved. */
  readonly betweenChunks?: () => Promise<void>;
  /** 256 KiB when absent. */
  readonly chunkBytes?: number;
}

/**
 * Reads one record after the other, holding one chunk or one record in memory,
 * whichever is larger. Gives the offset behind the last valid record: it is `to`
 * when all of them are.
 */
export async function scanRecords(scan: Scan): Promise<number> {
  const { file, to } = scan;
  const chunkBytes = Math.min(scan.chunkBytes ?? CHUNK_BYTES, to - scan.from);
  let buffer = Buffer.allocUnsafeSlow(chunkBytes);
  let base = scan.from;
  let filled = 0;
  while (base < to) {
    const wanted = Math.min(buffer.length, to - base);
    filled += await file.read(buffer.subarray(filled, wanted), base + filled);
    const { at, missing } = takeRecords(scan, buffer.subarray(0, filled), base);
    scan.onChunk?.();
    base += at;
    if (missing === 0 || base + missing > to || filled < wanted) return base;
    buffer.copy(buffer, 0, at, filled);
    filled -= at;
    const bufferBytes = Math.max(missing, chunkBytes);
    if (bufferBytes !== buffer.length) {
      const other = Buffer.allocUnsafeSlow(bufferBytes);
      buffer.copy(other, 0, 0, filled);
      buffer = other;
    }
    if (scan.betweenChunks !== undefined) await scan.betweenChunks();
  }
  return base;
}

/** Where it stopped, and how many bytes the record there needs (0: it is not valid). */
function takeRecords(
  { mark, onRecord }: Scan,
  buffer: Buffer,
  base: number,
): { at: number; missing: number } {
  let at = 0;
  while (at + RECORD_HEAD_BYTES <= buffer.length) {
    const end = at + RECORD_HEAD_BYTES + buffer.readUInt32LE(at);
    if (end < at + RECORD_BYTES_MIN) return { at, missing: 0 };
    if (end > buffer.length) return { at, missing: end - at };
    if (!isRecord(buffer, at, mark)) return { at, missing: 0 };
    onRecord(buffer, { start: at + RECORD_HEAD_BYTES + MARK_BYTES, end: end - 1 }, base);
    at = end;
  }
  return { at, missing: RECORD_HEAD_BYTES };
}
