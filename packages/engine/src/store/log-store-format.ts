import { crc32 } from "node:zlib";

/**
 * The bytes of the log store's files. No I/O. Numbers are little endian.
 *
 *     file   = head record*
 *     head   = magic[8] version[4] kind[4] sequence[8] previousBytes[8] mark[8] zero[4] crc[4]
 *     record = length[4] crc[4] payload           length and crc are those of the payload
 *     payload = mark[8] entry* 0xA5               all writes of one group of commits
 *     entry  = key head[4] value length[4] key value
 *
 * 1. Magic and version stay where they are for ever, so that any version can
 *    tell whether it may read the rest.
 * 2. The mark is eight random bytes, new for each file. It begins every record,
 *    so that records can be found again behind a damaged one, and so that no
 *    value, and no other file's record, can be taken for one.
 * 3. A record's last byte is never zero, so that one that stops short in a file
 *    filled with zeros is recognised at every byte.
 * 4. A key is any JavaScript string: the lowest bit of its head says whether a
 *    character takes one byte (latin1) or two (UTF-16), the rest is the length
 *    in characters.
 * 5. A value length of 0xFFFFFFFF deletes the key.
 * 6. `previousBytes` is the length of the segment before, so that one that was
 *    cut short (by a bad copy, say) is noticed. A snapshot ends with a record
 *    without entries, for the same reason.
 */

/** The version this package writes, and the only one it reads so far. */
export const FORMAT_VERSION = 1;

const MAGIC = Buffer.from("PERDURE\n", "latin1");
const KINDS = { 1: "segment", 2: "snapshot" } as const;

export const HEAD_BYTES = 48;
export const MARK_BYTES = 8;
export const RECORD_HEAD_BYTES = 8;
export const RECORD_END = 0xa5;
/** What a record has besides its entries. */
export const RECORD_BYTES_MIN: number = RECORD_HEAD_BYTES + MARK_BYTES + 1;
/** Length of the largest record, and so of the largest commit: 1 GiB. */
export const RECORD_BYTES_MAX: number = 2 ** 30;
/** Characters of the longest key. */
export const KEY_LENGTH_MAX: number = 2 ** 24;

export const ENTRY_HEAD_BYTES = 8;
export const DELETED = 0xffffffff;

export interface FileHead {
  readonly kind: "segment" | "snapshot";
  readonly sequence: number;
  readonly previousBytes: number;
  readonly mark: Uint8Array;
}

export type HeadReading =
  | { readonly type: "ok"; readonly head: FileHead }
  /** Written by a version that this one does not know. */
  | { readonly type: "version"; readonly version: number }
  | { readonly type: "bad" };

export function encodeHead(head: FileHead): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES);
  bytes.set(MAGIC, 0);
  bytes.writeUInt32LE(FORMAT_VERSION, 8);
  bytes.writeUInt32LE(head.kind === "segment" ? 1 : 2, 12);
  bytes.writeBigUInt64LE(BigInt(head.sequence), 16);
  bytes.writeBigUInt64LE(BigInt(head.previousBytes), 24);
  bytes.set(head.mark, 32);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 44)), 44);
  return bytes;
}

export function decodeHead(bytes: Buffer): HeadReading {
  if (bytes.length < 12 || !bytes.subarray(0, 8).equals(MAGIC)) return { type: "bad" };
  const version = bytes.readUInt32LE(8);
  if (version !== FORMAT_VERSION && version !== 0) return { type: "version", version };
  if (bytes.length < HEAD_BYTES || bytes.readUInt32LE(44) !== crc32(bytes.subarray(0, 44))) {
    return { type: "bad" };
  }
  const kind = KINDS[bytes.readUInt32LE(12) as 1 | 2];
  if (kind === undefined) return { type: "bad" };
  const sequence = Number(bytes.readBigUInt64LE(16));
  const previousBytes = Number(bytes.readBigUInt64LE(24));
  return { type: "ok", head: { kind, sequence, previousBytes, mark: bytes.subarray(32, 40) } };
}

/** Whether a whole, valid record of this file stands at `at` in the buffer. */
export function isRecord(buffer: Buffer, at: number, mark: Uint8Array): boolean {
  if (at + RECORD_BYTES_MIN > buffer.length) return false;
  const length = buffer.readUInt32LE(at);
  const start = at + RECORD_HEAD_BYTES;
  const end = start + length;
  if (length < MARK_BYTES + 1 || end > buffer.length) return false;
  if (buffer[end - 1] !== RECORD_END) return false;
  for (let i = 0; i < MARK_BYTES; i += 1) if (buffer[start + i] !== mark[i]) return false;
  return crc32(buffer.subarray(start, end)) === buffer.readUInt32LE(at + 4);
}

/** Calls back with each entry between two offsets. False when the bytes do not divide into entries. */
export function forEachEntry(
  buffer: Buffer,
  range: { readonly start: number; readonly end: number },
  visit: (key: string, start: number, bytes: number) => void,
): boolean {
  let at = range.start;
  while (at < range.end) {
    if (at + ENTRY_HEAD_BYTES > range.end) return false;
    const keyStart = at + ENTRY_HEAD_BYTES;
    const keyEnd = keyStart + keyBytesOf(buffer.readUInt32LE(at));
    const valueBytes = buffer.readUInt32LE(at + 4);
    const end = keyEnd + (valueBytes === DELETED ? 0 : valueBytes);
    if (end > range.end) return false;
    visit(decodeKey(buffer, at), at, end - at);
    at = end;
  }
  return true;
}

export function isDeletion(buffer: Buffer, entry: number): boolean {
  return buffer.readUInt32LE(entry + 4) === DELETED;
}

export function decodeKey(buffer: Buffer, entry: number): string {
  const head = buffer.readUInt32LE(entry);
  const start = entry + ENTRY_HEAD_BYTES;
  const end = start + keyBytesOf(head);
  return (head & 1) === 1 ? buffer.toString("utf16le", start, end) : buffer.toString("latin1", start, end);
}

/** A view of the value of an entry that is no deletion. */
export function valueAt(buffer: Buffer, entry: number): Buffer {
  const start = entry + ENTRY_HEAD_BYTES + keyBytesOf(buffer.readUInt32LE(entry));
  return buffer.subarray(start, start + buffer.readUInt32LE(entry + 4));
}

function keyBytesOf(head: number): number {
  return (head & 1) === 1 ? head - 1 : head >>> 1;
}
