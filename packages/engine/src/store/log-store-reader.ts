import { resolve } from "node:path";
import type { FileSystem } from "./file-system.ts";
import type { StoredFile } from "./log-store-file.ts";
import { KeyIndex } from "./log-store-index.ts";
import { readFolder } from "./log-store-recovery.ts";
import { Replay } from "./log-store-replay.ts";
import { nodeFileSystem } from "./node-file-system.ts";
import { codeOf, createClosed, StoreError, toMessage } from "./store-error.ts";

/** A folder as it was at one moment. */
export interface LogReader {
  /** All that were there, in no particular order. */
  keys(): Iterable<string>;
  /** The value that a key had. */
  read(key: string): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

/** The owner may put a snapshot in the place of files that were just listed, and so more than once. */
const ATTEMPTS = 5;

/**
 * Reads the folder of a store without owning it, and without changing anything in it: its
 * owner may go on meanwhile. What it shows are all commits up to one that was durable when
 * it was opened; later ones do not show.
 *
 * Rejects with a {@link StoreError}: `folder_unusable`, `version_unsupported` or `damaged`.
 * A torn end is no damage, and is left out.
 *
 * @example
 * const reader = await readLogStore("./data");
 * for (const key of reader.keys()) console.log(key, await reader.read(key));
 * await reader.close();
 */
export async function readLogStore(
  folder: string,
  { fileSystem = nodeFileSystem }: { readonly fileSystem?: FileSystem } = {},
): Promise<LogReader> {
  const place = { fileSystem, folder: resolve(folder), isReader: true };
  for (let attempt = 1; ; attempt += 1) {
    try {
      const index = new KeyIndex();
      const replay = new Replay({ index, onWrite: () => {}, wants: () => false });
      return new FolderReader(index, await readFolder(place, replay));
    } catch (error) {
      if (attempt < ATTEMPTS && mayBeMeanwhile(error)) continue;
      if (error instanceof StoreError) throw error;
      throw new StoreError("folder_unusable", `The folder ${folder} cannot be read: ${toMessage(error)}`, {
        hint: "Name the folder of a store that this process may read.",
        cause: error,
      });
    }
  }
}

/** What the owner's tidying up can look like to somebody who reads beside it. */
function mayBeMeanwhile(error: unknown): boolean {
  return codeOf(error) === "ENOENT" || (error instanceof StoreError && error.code === "damaged");
}

class FolderReader implements LogReader {
  readonly #index: KeyIndex;
  readonly #files: Map<number, StoredFile>;
  #isClosed = false;

  constructor(index: KeyIndex, files: readonly StoredFile[]) {
    this.#index = index;
    this.#files = new Map(files.map((stored) => [stored.id, stored]));
  }

  keys(): Iterable<string> {
    return this.#index.keys();
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    if (this.#isClosed) throw createClosed();
    const location = this.#index.get(key);
    if (location === undefined) return undefined;
    return this.#files.get(location.fileId)?.read(key, location);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const stored of this.#files.values()) await stored.close();
  }
}
