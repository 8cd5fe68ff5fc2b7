import { readLogStore, readStoredInvocation } from "@perdure/engine/internal";
import { JournalFormatError } from "./format-error.ts";
import { toRecordedJournal } from "./from-engine.ts";
import type { RecordedJournal } from "./recorded-journal.ts";

/** Which journal, and the folder it lies in. */
export interface ReadJournalOptions {
  /** The folder that the embedded engine was given as `data`. */
  readonly data: string;
  readonly invocationId: string;
}

/**
 * Takes the journal of an invocation from the folder of an embedded engine. Nothing
 * is changed there, and the engine may run on it meanwhile.
 *
 * @throws JournalFormatError if there is no such invocation, or no journal is kept
 * of it; a StoreError if the folder cannot be read.
 */
export async function readJournal({ data, invocationId }: ReadJournalOptions): Promise<RecordedJournal> {
  const reader = await readLogStore(data);
  try {
    const record = await readStoredInvocation(invocationId, (key) => reader.read(key));
    if (record !== undefined) return toRecordedJournal(record);
    throw new JournalFormatError(`there is no invocation ${JSON.stringify(invocationId)}`, {
      source: data,
      where: "",
    });
  } finally {
    await reader.close();
  }
}
