import type { Archive, LiveInvocation } from "@perdure/engine/internal";
import { PROTOCOL_VERSION_MAX, PROTOCOL_VERSION_MIN, type ProtocolVersion } from "@perdure/sdk/internal";
import { type EntryMessage, toRecordedEntry } from "./entry.ts";
import { JournalFormatError } from "./format-error.ts";
import { toEngineSeed } from "./random-seed.ts";
import { JOURNAL_FORMAT, type RecordedJournal, type RecordedTarget } from "./recorded-journal.ts";

/** What is known of an invocation, whoever ran it. */
export interface JournalParts {
  readonly invocationId: string;
  readonly target: {
    readonly service: string;
    readonly handler: string;
    readonly key: string | undefined;
    readonly kind: RecordedTarget["kind"];
  };
  readonly protocolVersion: number | undefined;
  readonly randomSeed: bigint | undefined;
  readonly idempotencyKey: string | undefined;
  readonly scope?: string | undefined;
  readonly limitKey?: string | undefined;
  readonly messages: readonly EntryMessage[];
}

/** The journal of an invocation of the embedded engine, from its records. It needs no engine that runs. */
export function toRecordedJournal(record: LiveInvocation | Archive): RecordedJournal {
  const { target, idempotencyKey, id } = "facts" in record ? record.facts : record;
  return composeJournal({
    invocationId: id,
    target: {
      service: target.service,
      handler: target.handler,
      key: target.key,
      kind: target.serviceKind,
    },
    protocolVersion: record.protocolVersion,
    randomSeed: toEngineSeed(id),
    idempotencyKey,
    messages: record.journal.map(({ message }) => message),
  });
}

/** @throws JournalFormatError if nothing was recorded, or by a protocol that is not supported. */
export function composeJournal(parts: JournalParts): RecordedJournal {
  const { invocationId, target, randomSeed, idempotencyKey, scope, limitKey, messages } = parts;
  if (messages.length === 0) {
    throw new JournalFormatError(
      "no journal is kept of this invocation: it was purged, or its journal retention is over",
      { where: "entries", source: invocationId },
    );
  }
  return {
    format: JOURNAL_FORMAT,
    invocationId,
    target: {
      service: target.service,
      handler: target.handler,
      ...(target.key === undefined ? {} : { key: target.key }),
      kind: target.kind,
    },
    ...toVersion(parts.protocolVersion, invocationId),
    ...(randomSeed === undefined ? {} : { randomSeed: `${randomSeed}` }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(scope === undefined ? {} : { scope }),
    ...(limitKey === undefined ? {} : { limitKey }),
    entries: messages.map(toRecordedEntry),
  };
}

function toVersion(version: number | undefined, source: string): { protocolVersion?: ProtocolVersion } {
  if (version === undefined) return {};
  if (version >= PROTOCOL_VERSION_MIN && version <= PROTOCOL_VERSION_MAX) {
    return { protocolVersion: version as ProtocolVersion };
  }
  throw new JournalFormatError(
    `the invocation runs with protocol version ${version}; ` +
      `${PROTOCOL_VERSION_MIN} to ${PROTOCOL_VERSION_MAX} can be recorded`,
    { where: "protocolVersion", source },
  );
}
