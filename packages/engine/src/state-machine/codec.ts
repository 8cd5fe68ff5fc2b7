import {
  type Command,
  createMessageDecoder,
  encodeMessages,
  encodeUtf8,
  type Notification,
} from "@perdure/sdk/internal";
import type { RecordWriter } from "./record-bytes.ts";
import type { JournalEntry, LiveInvocation, PromiseRecord } from "./records.ts";

/**
 * Records of what lives, as bytes. Facts are JSON; journal entries are the frames of the
 * protocol, behind the time at which they were stored. All of it is read again by
 * later versions, so fields are only ever added.
 */

const decoder = new TextDecoder();

/** The newest protocol has a field for everything that an entry can hold. */
const ENTRY_VERSION = 7;
const TIME_BYTES = 8;

export function encodeJson(value: unknown): Uint8Array {
  return encodeUtf8(
    JSON.stringify(value, (_key, inner: unknown) =>
      inner instanceof Uint8Array ? { $bytes: Buffer.from(inner).toString("base64") } : inner,
    ),
  );
}

export function decodeJson<T>(bytes: Uint8Array): T {
  return JSON.parse(decoder.decode(bytes), (_key, inner: unknown) =>
    isEncodedBytes(inner) ? new Uint8Array(Buffer.from(inner.$bytes, "base64")) : inner,
  ) as T;
}

function isEncodedBytes(value: unknown): value is { $bytes: string } {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "$bytes") === "string";
}

/** What of a live invocation is stored as its facts; its journal lies beside them. */
type StoredFact =
  | "id"
  | "target"
  | "status"
  | "invokedBy"
  | "idempotencyKey"
  | "createdAtMs"
  | "modifiedAtMs"
  | "executeAtMs"
  | "startedAtMs"
  | "inboxSeq"
  | "sinks"
  | "deploymentId"
  | "protocolVersion"
  | "awaitingOn"
  | "signalsFrom"
  | "pauseRequested"
  | "policyFailures"
  | "retryCount"
  | "lastFailure"
  | "nextRetryAtMs";

type StoredFacts = Pick<LiveInvocation, StoredFact>;

export function encodeLive(invocation: LiveInvocation): Uint8Array {
  // Field by field, and no bytes among them: it is done at every turn of an invocation.
  const facts: StoredFacts = {
    id: invocation.id,
    target: invocation.target,
    status: invocation.status,
    invokedBy: invocation.invokedBy,
    idempotencyKey: invocation.idempotencyKey,
    createdAtMs: invocation.createdAtMs,
    modifiedAtMs: invocation.modifiedAtMs,
    executeAtMs: invocation.executeAtMs,
    startedAtMs: invocation.startedAtMs,
    inboxSeq: invocation.inboxSeq,
    sinks: invocation.sinks,
    deploymentId: invocation.deploymentId,
    protocolVersion: invocation.protocolVersion,
    awaitingOn: invocation.awaitingOn,
    signalsFrom: invocation.signalsFrom,
    pauseRequested: invocation.pauseRequested,
    policyFailures: invocation.policyFailures,
    retryCount: invocation.retryCount,
    lastFailure: invocation.lastFailure,
    nextRetryAtMs: invocation.nextRetryAtMs,
  };
  return encodeUtf8(JSON.stringify(facts));
}

/** A live invocation without its journal, which `appendLoaded` adds. */
export function decodeLive(bytes: Uint8Array): LiveInvocation {
  const facts = decodeJson<StoredFacts>(bytes);
  const target = { ...facts.target, key: facts.target.key };
  return createLive({ ...facts, target });
}

type NewLive = Pick<LiveInvocation, "id" | "target" | "status" | "invokedBy" | "createdAtMs"> &
  Partial<StoredFacts>;

/** A live invocation with nothing in its journal. */
export function createLive(facts: NewLive): LiveInvocation {
  return {
    idempotencyKey: undefined,
    modifiedAtMs: facts.createdAtMs,
    executeAtMs: undefined,
    startedAtMs: undefined,
    inboxSeq: undefined,
    sinks: [],
    deploymentId: undefined,
    protocolVersion: undefined,
    awaitingOn: undefined,
    signalsFrom: 0,
    pauseRequested: false,
    policyFailures: 0,
    retryCount: 0,
    lastFailure: undefined,
    nextRetryAtMs: undefined,
    ...facts,
    journal: [],
    storedEntries: 0,
    commandCount: 0,
    expected: new Map(),
    completed: new Map(),
    callees: new Map(),
    reportedAwait: undefined,
    attempt: 0,
    knownEntries: 0,
    waiters: new Set(),
  };
}

export function encodeEntry({ message, appendedAtMs }: JournalEntry): Uint8Array {
  const frame = encodeMessages([message], ENTRY_VERSION);
  const bytes = new Uint8Array(TIME_BYTES + frame.length);
  new DataView(bytes.buffer).setFloat64(0, appendedAtMs);
  bytes.set(frame, TIME_BYTES);
  return bytes;
}

/** The bytes of an entry, behind their length. */
export function writeEntry(writer: RecordWriter, { message, appendedAtMs }: JournalEntry): void {
  const frame = encodeMessages([message], ENTRY_VERSION);
  writer.length(TIME_BYTES + frame.length);
  writer.number(appendedAtMs);
  writer.raw(frame);
}

export function decodeEntry(bytes: Uint8Array): JournalEntry {
  const appendedAtMs = new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0);
  const [message] = createMessageDecoder({ version: ENTRY_VERSION }).push(bytes.subarray(TIME_BYTES));
  if (message === undefined) throw new Error("A stored journal entry holds no whole message.");
  return { message: message as Command | Notification, appendedAtMs };
}

export function encodePromise(record: PromiseRecord): Uint8Array {
  return encodeJson(record);
}

export function decodePromise(bytes: Uint8Array): PromiseRecord {
  const record = decodeJson<PromiseRecord>(bytes);
  return { result: record.result, waiting: [...record.waiting] };
}
