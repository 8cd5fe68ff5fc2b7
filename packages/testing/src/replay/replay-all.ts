import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { loadJournal } from "../journal/journal-files.ts";
import type { Definitions } from "./find-handler.ts";
import { type ReplayOptions, replay } from "./replay.ts";
import type { Replayed } from "./verdict.ts";

/** How the replay of one saved journal ended. */
export interface ReplayedFile extends Replayed {
  readonly file: string;
}

/** A saved journal that the code does not agree with, or that could not be replayed. */
export interface ReplayFailure {
  readonly file: string;
  /** A `ReplayDivergedError`, `ReplayError` or `JournalFormatError`, or what the file system said. */
  readonly error: unknown;
}

/** Some of the saved journals do not replay. The message lists all of them. */
export class ReplayAllError extends AggregateError {
  override name = "ReplayAllError";
  /** In the order of the files. */
  readonly failures: readonly ReplayFailure[];

  constructor(failures: readonly ReplayFailure[], total: number) {
    const list = failures.map(({ file, error }) => `\n\n${file}\n${toText(error)}`);
    super(
      failures.map(({ error }) => error),
      `${failures.length} of ${total} recorded journals do not replay:${list.join("")}`,
    );
    this.failures = failures;
  }
}

/**
 * Replays every journal in a folder and its subfolders, in the order of their
 * names: a directory of saved journals is one test.
 *
 * Every file whose name ends in `.json` has to hold one.
 *
 * @throws ReplayAllError that lists every file that diverges or cannot be replayed.
 * @throws Error if the folder is missing or holds no journals.
 *
 * @example
 * test("invocations in flight survive this change", () => replayAll([checkout], "test/journals"));
 */
export async function replayAll(
  definitions: Definitions,
  folder: string,
  options: ReplayOptions = {},
): Promise<readonly ReplayedFile[]> {
  const files = await findJournals(folder);
  const replayed: ReplayedFile[] = [];
  const failures: ReplayFailure[] = [];
  for (const file of files) {
    try {
      replayed.push({ file, ...(await replay(definitions, await loadJournal(file), options)) });
    } catch (error) {
      failures.push({ file, error });
    }
  }
  if (failures.length > 0) throw new ReplayAllError(failures, files.length);
  return replayed;
}

async function findJournals(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder, { recursive: true });
  } catch (cause) {
    throw new Error(
      `The folder ${folder} with recorded journals cannot be read: ${cause instanceof Error ? cause.message : cause}. ` +
        "Record some with saveJournal.",
      { cause },
    );
  }
  const journals = names.filter((name) => name.endsWith(".json")).sort();
  if (journals.length === 0) {
    throw new Error(
      `The folder ${folder} holds no recorded journals (*.json), so nothing was checked. Record some with saveJournal.`,
    );
  }
  return journals.map((name) => join(folder, name));
}

function toText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
