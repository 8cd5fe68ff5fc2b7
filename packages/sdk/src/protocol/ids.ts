import { decodeBase62, encodeBase62 } from "./base62.ts";
import { decodeBase64Url, encodeBase64Url } from "./base64url.ts";
import type { Bytes } from "./messages.ts";
import { ProtocolError } from "./protocol-error.ts";

/**
 * Invocation and awakeable ids, as bytes and as text. Protocol sections 3.9 and 5.1.
 *
 * 1. An invocation id is 24 bytes: the partition key and a uuid that is not zero,
 *    both big-endian.
 * 2. An awakeable id names a signal of an invocation: its id and the signal's index.
 */

export const INVOCATION_ID_BYTES = 24;

const PARTITION_KEY_BYTES = 8;
const PARTITION_KEY_CHARS = 11;
const UUID_BYTES = 16;
const UUID_CHARS = 22;

const INVOCATION_ID_PREFIX = "inv_1";
const INVOCATION_ID_CHARS = INVOCATION_ID_PREFIX.length + PARTITION_KEY_CHARS + UUID_CHARS;

/** `inv_1...`, 38 characters. */
export function encodeInvocationId(id: Bytes): string {
  requireInvocationIdBytes(id);
  const partitionKey = encodeBase62(id.subarray(0, PARTITION_KEY_BYTES), PARTITION_KEY_CHARS);
  const uuid = encodeBase62(id.subarray(PARTITION_KEY_BYTES), UUID_CHARS);
  return INVOCATION_ID_PREFIX + partitionKey + uuid;
}

/** @throws ProtocolError with code 400, saying what is wrong with the text. */
export function decodeInvocationId(text: string): Bytes {
  const decoded = parseInvocationId(text);
  if (typeof decoded !== "string") return decoded;
  throw new ProtocolError(`${quote(text)} is no invocation id: ${decoded}`, { errorCode: 400 });
}

export function isInvocationId(text: string): boolean {
  return typeof parseInvocationId(text) !== "string";
}

/** What keeps the text from being an invocation id, for an error message; `undefined` if it is one. */
export function findInvocationIdProblem(text: string): string | undefined {
  const parsed = parseInvocationId(text);
  return typeof parsed === "string" ? parsed : undefined;
}

/** The bytes of the id, or what is wrong with it. */
function parseInvocationId(text: string): Bytes | string {
  if (!text.startsWith(INVOCATION_ID_PREFIX)) return `it has to start with "${INVOCATION_ID_PREFIX}"`;
  if (text.length !== INVOCATION_ID_CHARS) {
    return `it has to have ${INVOCATION_ID_CHARS} characters, not ${text.length}`;
  }
  const uuidStart = INVOCATION_ID_PREFIX.length + PARTITION_KEY_CHARS;
  const partitionKey = decodeBase62(text.slice(INVOCATION_ID_PREFIX.length, uuidStart), PARTITION_KEY_BYTES);
  const uuid = decodeBase62(text.slice(uuidStart), UUID_BYTES);
  if (partitionKey === undefined || uuid === undefined) {
    return "what follows the prefix is not the base62 of an id";
  }
  if (uuid.every((byte) => byte === 0)) return "its uuid is zero";
  const id = new Uint8Array(INVOCATION_ID_BYTES);
  id.set(partitionKey);
  id.set(uuid, PARTITION_KEY_BYTES);
  return id;
}

const AWAKEABLE_PREFIX = "sign_1";
const LEGACY_AWAKEABLE_PREFIX = "prom_1";
const AWAKEABLE_ID_BYTES: number = INVOCATION_ID_BYTES + 4;
/** Two more than needed: the padding that some encoders add. */
const AWAKEABLE_ID_CHARS_MAX = 46;

/** What an awakeable id points at. */
export interface AwakeableTarget {
  readonly invocationId: Bytes;
  /** The index of a signal, or, in ids of protocol version 3 and before, of a journal entry. */
  readonly type: "signal" | "entry";
  readonly index: number;
}

/** `sign_1...`, 44 characters. */
export function encodeAwakeableId(invocationId: Bytes, signalIndex: number): string {
  requireInvocationIdBytes(invocationId);
  const bytes = new Uint8Array(AWAKEABLE_ID_BYTES);
  bytes.set(invocationId);
  new DataView(bytes.buffer).setUint32(INVOCATION_ID_BYTES, signalIndex);
  return AWAKEABLE_PREFIX + encodeBase64Url(bytes);
}

/** @throws ProtocolError with code 400, saying what is wrong with the text. */
export function decodeAwakeableId(text: string): AwakeableTarget {
  const parsed = parseAwakeableId(text);
  if (typeof parsed !== "string") return parsed;
  throw new ProtocolError(`${quote(text)} is no awakeable id: ${parsed}`, { errorCode: 400 });
}

/** Padded ids count, and those that earlier protocol versions made. */
export function isAwakeableId(text: string): boolean {
  return typeof parseAwakeableId(text) !== "string";
}

/** What the id points at, or what is wrong with it. */
function parseAwakeableId(text: string): AwakeableTarget | string {
  const legacy = text.startsWith(LEGACY_AWAKEABLE_PREFIX);
  if (!legacy && !text.startsWith(AWAKEABLE_PREFIX)) return `it has to start with "${AWAKEABLE_PREFIX}"`;
  if (text.length > AWAKEABLE_ID_CHARS_MAX) return `it has more than ${AWAKEABLE_ID_CHARS_MAX} characters`;
  const bytes = decodeBase64Url(text.slice(AWAKEABLE_PREFIX.length));
  if (bytes === undefined) return "what follows the prefix is not base64url";
  if (bytes.length !== AWAKEABLE_ID_BYTES)
    return `it has to hold ${AWAKEABLE_ID_BYTES} bytes, not ${bytes.length}`;
  return {
    invocationId: bytes.slice(0, INVOCATION_ID_BYTES),
    type: legacy ? "entry" : "signal",
    index: new DataView(bytes.buffer).getUint32(INVOCATION_ID_BYTES),
  };
}

/**
 * The random seed of an invocation where the Start message has none (version 5), and
 * what our engine puts there: the halves of the id's uuid, one over the other. It only
 * has to be the same in every attempt and another for every invocation; SDKs differ in
 * how they make it.
 */
export function toRandomSeed(invocationId: Bytes): bigint {
  const view = new DataView(invocationId.buffer, invocationId.byteOffset, INVOCATION_ID_BYTES);
  return view.getBigUint64(PARTITION_KEY_BYTES) ^ view.getBigUint64(PARTITION_KEY_BYTES + 8);
}

function requireInvocationIdBytes(id: Bytes): void {
  if (id.length === INVOCATION_ID_BYTES) return;
  throw new ProtocolError(`An invocation id has ${INVOCATION_ID_BYTES} bytes, not ${id.length}`);
}

/** Ids come from outside: however long one is, a message shows no more than this of it. */
const QUOTED_CHARS_MAX = 60;

function quote(text: string): string {
  return JSON.stringify(text.length > QUOTED_CHARS_MAX ? `${text.slice(0, QUOTED_CHARS_MAX)}...` : text);
}
