import { decodeMessage, isCommand, type Message, toTypeId } from "@perdure/sdk/internal";
import type { EntryMessage } from "./entry.ts";
import { at, nameOf, type Place, readCount, readList, readRecord, readText, wrong } from "./place.ts";

/**
 * Journals as the admin face of a Restate Server shows them: rows of
 * `sys_journal`, whose `raw` is the hex of a message's payload and whose
 * `entry_type` names the message. Protocol sections 2.4 and 2.5.
 */

/** The format in which journals of service protocols up to 4 were stored. */
const JOURNAL_VERSION = 2;
/** Decoding takes newer fields in every version. */
const DECODED_AS = 7;

export function readRows(value: unknown, place: Place): EntryMessage[] {
  return readList(value, place).map((row, index) => readRow(row, index, at(place, index)));
}

function readRow(value: unknown, index: number, place: Place): EntryMessage {
  const row = readRecord(value, place);
  const position = readCount(row.index, at(place, "index"));
  if (position !== index) {
    throw wrong(at(place, "index"), `entry ${index} is missing: the next one there is ${position}`);
  }
  if (row.version !== undefined && row.version !== JOURNAL_VERSION) {
    throw wrong(
      at(place, "version"),
      `the journal is stored in version ${nameOf(row.version)}; only version ${JOURNAL_VERSION} ` +
        "(service protocol 5 and later) can be recorded",
    );
  }
  const type = readText(row.entry_type, at(place, "entry_type"));
  const typeId = toEntryTypeId(type);
  if (typeId === undefined) throw wrong(at(place, "entry_type"), `no entry is named ${nameOf(type)}`);
  const raw = readText(row.raw, at(place, "raw"));
  if (!/^(?:[\da-f]{2})*$/i.test(raw)) throw wrong(at(place, "raw"), "this has to be hex");
  try {
    const payload = new Uint8Array(Buffer.from(raw, "hex"));
    return decodeMessage({ typeId, payload }, DECODED_AS) as EntryMessage;
  } catch (error) {
    throw wrong(at(place, "raw"), error instanceof Error ? error.message : String(error));
  }
}

/** The type id that `Command: Sleep` and the like stand for; `undefined` if there is none. */
function toEntryTypeId(entryType: string): number | undefined {
  const [, group, name] = /^(Command|Notification): (\w+)$/.exec(entryType) ?? [];
  if (group === undefined || name === undefined) return undefined;
  if (group === "Notification" && name !== "Signal") {
    return toTypeId({ type: "Completion", kind: name, completionId: 0, result: { type: "void" } } as Message);
  }
  const message = { type: name } as Message;
  return (group === "Command") === isCommand(message) ? toTypeId(message) : undefined;
}
