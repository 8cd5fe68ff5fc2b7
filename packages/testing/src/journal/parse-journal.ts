import {
  type Command,
  isCommand,
  isInvocationId,
  PROTOCOL_VERSION_MAX,
  PROTOCOL_VERSION_MIN,
  type ProtocolVersion,
} from "@perdure/sdk/internal";
import { type EntryMessage, readEntry } from "./entry.ts";
import { layOut } from "./layout.ts";
import {
  at,
  nameOf,
  onlyFields,
  type Place,
  readCount,
  readList,
  readRecord,
  readText,
  wrong,
} from "./place.ts";
import {
  JOURNAL_FORMAT,
  type RecordedEntry,
  type RecordedJournal,
  type RecordedTarget,
} from "./recorded-journal.ts";

const FIELDS = [
  "format",
  "invocationId",
  "target",
  "protocolVersion",
  "randomSeed",
  "idempotencyKey",
  "scope",
  "limitKey",
  "entries",
] as const;

const KINDS = ["service", "object", "workflow"] as const;
const SEED_MAX = (1n << 64n) - 1n;

/**
 * Reads the text of a recorded journal.
 *
 * @param source - Where the text is from, for the message of an error.
 * @throws JournalFormatError if it is none, is of another format, or is damaged:
 * what is wrong, and where.
 */
export function parseJournal(text: string, source?: string): RecordedJournal {
  const place: Place = { source, where: "" };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw wrong(place, `this is no JSON, so no recorded journal: ${reason}`);
  }
  return checkJournal(value, source);
}

/** The text of a recorded journal. The same journal gives the same text. */
export function stringifyJournal(journal: RecordedJournal): string {
  return layOut(checkJournal(journal, undefined));
}

/**
 * The journal, if the value is one, its fields in their order.
 *
 * @throws JournalFormatError
 */
export function checkJournal(value: unknown, source: string | undefined): RecordedJournal {
  return decodeJournal(value, source).journal;
}

export interface DecodedJournal {
  readonly journal: RecordedJournal;
  /** The entries, as the protocol has them. */
  readonly messages: readonly EntryMessage[];
}

/** @throws JournalFormatError */
export function decodeJournal(value: unknown, source: string | undefined): DecodedJournal {
  const place: Place = { source, where: "" };
  const record = readRecord(value, place);
  checkFormat(record.format, at(place, "format"));
  onlyFields(record, FIELDS, place);
  const invocationId = readText(record.invocationId, at(place, "invocationId"));
  if (!isInvocationId(invocationId)) {
    throw wrong(at(place, "invocationId"), `${nameOf(invocationId)} is no invocation id`);
  }
  const entries = readList(record.entries, at(place, "entries"));
  const messages = entries.map((entry, index) => readEntry(entry, at(at(place, "entries"), index)));
  checkOrder(messages, at(place, "entries"));
  const optional = (name: "idempotencyKey" | "scope" | "limitKey"): object =>
    record[name] === undefined ? {} : { [name]: readText(record[name], at(place, name)) };
  const journal: RecordedJournal = {
    format: JOURNAL_FORMAT,
    invocationId,
    target: readTarget(record.target, at(place, "target")),
    ...readVersion(record.protocolVersion, at(place, "protocolVersion")),
    ...readSeed(record.randomSeed, at(place, "randomSeed")),
    ...optional("idempotencyKey"),
    ...optional("scope"),
    ...optional("limitKey"),
    entries: entries as readonly RecordedEntry[],
  };
  return { journal, messages };
}

function checkFormat(format: unknown, place: Place): void {
  if (format === JOURNAL_FORMAT) return;
  if (typeof format === "string" && format.startsWith("perdure-journal/")) {
    throw wrong(
      place,
      `this journal is of format "${format}", and this version reads "${JOURNAL_FORMAT}"; ` +
        "use the version of @perdure/testing that wrote it, or record it again",
    );
  }
  throw wrong(place, `a recorded journal has the format "${JOURNAL_FORMAT}", not ${nameOf(format)}`);
}

function readTarget(value: unknown, place: Place): RecordedTarget {
  const record = readRecord(value, place);
  onlyFields(record, ["service", "handler", "key", "kind"], place);
  const kind = KINDS.find((known) => known === record.kind);
  if (kind === undefined) {
    throw wrong(at(place, "kind"), `this has to be one of ${KINDS.join(", ")}, not ${nameOf(record.kind)}`);
  }
  if ((kind === "service") !== (record.key === undefined)) {
    throw wrong(
      at(place, "key"),
      kind === "service" ? "a service has no key" : `an instance of a ${kind} has a key`,
    );
  }
  return {
    service: readText(record.service, at(place, "service")),
    handler: readText(record.handler, at(place, "handler")),
    ...(record.key === undefined ? {} : { key: readText(record.key, at(place, "key")) }),
    kind,
  };
}

function readVersion(value: unknown, place: Place): { protocolVersion?: ProtocolVersion } {
  if (value === undefined) return {};
  const version = readCount(value, place);
  if (version < PROTOCOL_VERSION_MIN || version > PROTOCOL_VERSION_MAX) {
    throw wrong(
      place,
      `protocol version ${version} is not supported; ${PROTOCOL_VERSION_MIN} to ${PROTOCOL_VERSION_MAX} are`,
    );
  }
  return { protocolVersion: version as ProtocolVersion };
}

function readSeed(value: unknown, place: Place): { randomSeed?: string } {
  if (value === undefined) return {};
  const text = readText(value, place);
  if (/^\d{1,20}$/.test(text) && BigInt(text) <= SEED_MAX) return { randomSeed: text };
  throw wrong(place, `a seed is a number of 64 bits in quotes, not ${nameOf(value)}`);
}

/** What no engine would have stored: it was cut, or edited by hand. */
function checkOrder(messages: readonly EntryMessage[], place: Place): void {
  const [first, ...rest] = messages;
  if (first === undefined) throw wrong(place, "there are no entries; every journal begins with its Input");
  if (first.type !== "Input")
    throw wrong(at(place, 0), `a journal begins with its Input, not with ${first.type}`);
  const promised = new Set<number>();
  for (const [index, message] of rest.entries()) {
    const here = at(place, index + 1);
    if (message.type === "Input") throw wrong(here, "only the first entry is an Input");
    if (isCommand(message)) for (const id of idsOf(message)) promised.add(id);
    else if (message.type === "Completion" && !promised.has(message.completionId)) {
      throw wrong(
        here,
        `this completes ${message.completionId}, which no command before it has as its id; ` +
          "an entry is missing, or out of place",
      );
    }
  }
}

function idsOf(command: Command): number[] {
  const ids: number[] = [];
  if ("completionId" in command) ids.push(command.completionId);
  if ("invocationIdCompletionId" in command) ids.push(command.invocationIdCompletionId);
  return ids;
}
