import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { JournalFormatError } from "./format-error.ts";
import { parseJournal, stringifyJournal } from "./parse-journal.ts";
import type { RecordedJournal } from "./recorded-journal.ts";

/** The largest file that is read as a journal: 256 MiB. */
export const JOURNAL_FILE_BYTES_MAX: number = 256 * 1024 * 1024;

export interface SaveJournalOptions {
  /** Without the ending; `service.handler.invocation-id` when absent. A file of this name is replaced. */
  readonly name?: string;
}

/** Writes the journal into the folder, which is made if it is not there. Resolves to the path of the file. */
export async function saveJournal(
  folder: string,
  journal: RecordedJournal,
  options: SaveJournalOptions = {},
): Promise<string> {
  const { service, handler } = journal.target;
  const name = options.name ?? `${service}.${handler}.${journal.invocationId}`;
  if (name === "" || /[\\/\0]/.test(name) || /^\.+$/.test(name)) {
    throw new TypeError(`${JSON.stringify(name)} cannot name a file; pass a name without slashes`);
  }
  const file = join(folder, `${name}.json`);
  const text = stringifyJournal(journal);
  await mkdir(folder, { recursive: true });
  await writeFile(file, text);
  return file;
}

/**
 * Reads a saved journal.
 *
 * @throws JournalFormatError if the file holds none, and what the file system says
 * if it cannot be read.
 */
export async function loadJournal(file: string): Promise<RecordedJournal> {
  const { size } = await stat(file);
  if (size > JOURNAL_FILE_BYTES_MAX) {
    throw new JournalFormatError(
      `the file has ${size} bytes, more than the ${JOURNAL_FILE_BYTES_MAX} that are read as a journal`,
      { source: file, where: "" },
    );
  }
  return parseJournal(await readFile(file, "utf8"), file);
}
