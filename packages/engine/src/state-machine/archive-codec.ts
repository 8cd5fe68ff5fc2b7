import type { HandlerKind, Outcome, ServiceKind } from "@perdure/sdk/internal";
import { decodeEntry, decodeJson, encodeJson, writeEntry } from "./codec.ts";
import { RecordReader, RecordWriter } from "./record-bytes.ts";
import type { Archive, CompletedInvocation, InvokedBy, JournalEntry, Target } from "./records.ts";

/**
 * Ended invocations as bytes. There are many, and a start looks at all of them, so
 * the facts stand first, and can be read without the rest.
 *
 * 1. The first byte is the version of the form. One that is not known is refused.
 * 2. A journal that is kept as long as the result lies in the same record. One that
 *    expires before has a record of its own, so that its bytes go when it does.
 */

/** The version this package writes, and the only one it reads. Not 0x7b, which begins JSON. */
const VERSION = 1;

const JOURNAL_APART = 0;
const JOURNAL_HERE = 1;

const SUCCESS = 0;
const FAILURE = 1;

const INGRESS = 0;
const SERVICE = 1;
const RESTART = 2;

const writer: RecordWriter = new RecordWriter();

/** Whether the journal has a record of its own. Rule 2. */
export function isJournalApart({
  journalExpiresAtMs,
  expiresAtMs,
  completedAtMs,
}: CompletedInvocation): boolean {
  return journalExpiresAtMs < expiresAtMs && journalExpiresAtMs > completedAtMs;
}

/** The record of an archive; without its journal if that stands apart. */
export function encodeArchive(archive: Archive): Uint8Array {
  const { facts, result, stacktrace, deploymentId, protocolVersion } = archive;
  writer.clear();
  writer.byte(VERSION);
  writeFacts(facts);
  if (result.type === "success") {
    writer.byte(SUCCESS);
    writer.bytes(result.value);
  } else {
    writer.byte(FAILURE);
    writer.bytes(encodeJson(result.failure));
  }
  writer.optional(stacktrace, (value) => writer.string(value));
  writer.optional(deploymentId, (value) => writer.string(value));
  writer.optional(protocolVersion, (value) => writer.length(value));
  if (isJournalApart(facts)) {
    writer.byte(JOURNAL_APART);
  } else {
    writer.byte(JOURNAL_HERE);
    writeJournal(archive.journal);
  }
  return writer.take();
}

/** Without the journal if that stands apart: `journal` is its record, if it is at hand. */
export function decodeArchive(bytes: Uint8Array, journal?: Uint8Array): Archive {
  const reader = open(bytes);
  const facts = readFacts(reader);
  const result = readResult(reader);
  const stacktrace = reader.optional(() => reader.string());
  const deploymentId = reader.optional(() => reader.string());
  const protocolVersion = reader.optional(() => reader.length());
  const entries =
    reader.byte() === JOURNAL_HERE
      ? readJournal(reader)
      : journal === undefined
        ? []
        : decodeArchivedJournal(journal);
  return { facts, result, stacktrace, journal: entries, deploymentId, protocolVersion };
}

/** Only the facts, for the engine's memory. */
export function decodeCompleted(bytes: Uint8Array): CompletedInvocation {
  return readFacts(open(bytes));
}

/** The record of a journal that stands apart. */
export function encodeArchivedJournal(journal: readonly JournalEntry[]): Uint8Array {
  writer.clear();
  writer.byte(VERSION);
  writeJournal(journal);
  return writer.take();
}

function decodeArchivedJournal(bytes: Uint8Array): JournalEntry[] {
  return readJournal(open(bytes));
}

function open(bytes: Uint8Array): RecordReader {
  const reader = new RecordReader(bytes);
  const version = reader.byte();
  if (version === VERSION) return reader;
  throw new Error(
    `An ended invocation is stored in form ${version}; this version of @perdure/engine reads form ${VERSION}. ` +
      "Use the version that wrote the folder, or begin with an empty one. Nothing was changed.",
  );
}

function writeFacts(facts: CompletedInvocation): void {
  const { id, target, invokedBy, idempotencyKey } = facts;
  writer.string(id);
  writer.string(target.service);
  writer.string(target.handler);
  writer.string(target.serviceKind);
  writer.string(target.handlerKind);
  writer.optional(target.key, (key) => writer.string(key));
  writer.optional(idempotencyKey, (key) => writer.string(key));
  writeInvokedBy(invokedBy);
  writer.byte(facts.succeeded ? 1 : 0);
  writer.number(facts.createdAtMs);
  writer.number(facts.completedAtMs);
  writer.number(facts.expiresAtMs);
  writer.number(facts.journalExpiresAtMs);
}

function readFacts(reader: RecordReader): CompletedInvocation {
  const id = reader.string();
  const service = reader.string();
  const handler = reader.string();
  const serviceKind = reader.string() as ServiceKind;
  const handlerKind = reader.string() as HandlerKind;
  const key = reader.optional(() => reader.string());
  const target: Target = { service, handler, key, serviceKind, handlerKind };
  const idempotencyKey = reader.optional(() => reader.string());
  const invokedBy = readInvokedBy(reader);
  return {
    id,
    target,
    status: "completed",
    invokedBy,
    idempotencyKey,
    succeeded: reader.byte() === 1,
    createdAtMs: reader.number(),
    completedAtMs: reader.number(),
    expiresAtMs: reader.number(),
    journalExpiresAtMs: reader.number(),
  };
}

function writeInvokedBy(by: InvokedBy): void {
  switch (by.type) {
    case "ingress":
      writer.byte(INGRESS);
      break;
    case "service":
      writer.byte(SERVICE);
      writer.string(by.id);
      writer.string(by.target);
      break;
    case "restart":
      writer.byte(RESTART);
      writer.string(by.from);
      break;
  }
}

const BY_INGRESS: InvokedBy = { type: "ingress" };

function readInvokedBy(reader: RecordReader): InvokedBy {
  switch (reader.byte()) {
    case SERVICE:
      return { type: "service", id: reader.string(), target: reader.string() };
    case RESTART:
      return { type: "restart", from: reader.string() };
    default:
      return BY_INGRESS;
  }
}

/** Copies: a view would keep the whole record in memory. */
function readResult(reader: RecordReader): Outcome {
  return reader.byte() === SUCCESS
    ? { type: "success", value: new Uint8Array(reader.bytes()) }
    : { type: "failure", failure: decodeJson(reader.bytes()) };
}

function writeJournal(journal: readonly JournalEntry[]): void {
  writer.length(journal.length);
  for (const entry of journal) writeEntry(writer, entry);
}

function readJournal(reader: RecordReader): JournalEntry[] {
  return Array.from({ length: reader.length() }, () => decodeEntry(reader.bytes()));
}
