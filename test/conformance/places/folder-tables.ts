import { decodeArchive, decodeCompleted } from "../../../packages/engine/src/state-machine/archive-codec.ts";
import { decodeEntry, decodeLive } from "../../../packages/engine/src/state-machine/codec.ts";
import {
  archivedJournalKey,
  archiveKey,
  invocationKey,
  journalKey,
} from "../../../packages/engine/src/state-machine/keys.ts";
import type {
  CompletedInvocation,
  LiveInvocation,
} from "../../../packages/engine/src/state-machine/records.ts";
import { type LogReader, readLogStore } from "../../../packages/engine/src/store/log-store-reader.ts";
import type { EngineTables } from "./engine-admin.ts";
import { type Holding, invocationRows, journalRows, valueRows } from "./inspection-rows.ts";

/**
 * What an engine of another process has stored, read from its folder while it is at
 * work. What it does not store cannot be seen: whether an attempt runs at this moment.
 */
export function folderTables(folder: string): EngineTables {
  const looks = new Looks(folder);
  const look = <T>(id: string | undefined, use: (holding: Holding) => Promise<T>): Promise<T> =>
    looks.add(async (reader) => await use(await readHolding(reader, id)));

  return {
    invocations: (filter) => look(filter.id, (holding) => invocationRows(holding, filter)),
    journal: (id) => look(id, (holding) => journalRows(holding, id)),
    values: () => look(undefined, valueRows),
  };
}

/** To open the folder is to read all of the log, so those who come meanwhile share the next reader. */
class Looks {
  readonly #folder: string;
  #waiting: ((reader: Promise<LogReader>) => Promise<unknown>)[] = [];
  #isBusy = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  add<T>(look: (reader: LogReader) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push((reader) => reader.then(look).then(resolve, reject));
      if (!this.#isBusy) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting.length > 0) {
      const reader = readLogStore(this.#folder);
      await Promise.all(this.#waiting.splice(0).map((look) => look(reader)));
      await reader.then((opened) => opened.close()).catch(() => {});
    }
    this.#isBusy = false;
  }
}

/** Of all invocations, or of one. */
async function readHolding(reader: LogReader, id: string | undefined): Promise<Holding> {
  const keys = id === undefined ? [...reader.keys()] : [invocationKey(id), archiveKey(id)];
  const live: LiveInvocation[] = [];
  const completed: CompletedInvocation[] = [];
  for (const key of keys.filter((other) => /^[ia]\//.test(other))) {
    const value = await reader.read(key);
    if (value === undefined) continue;
    if (key.startsWith("a/")) completed.push(decodeCompleted(value));
    else live.push(await readLive(reader, value));
  }
  return {
    liveInvocations: () => live,
    completedInvocations: () => completed,
    async archive(invocationId) {
      const bytes = await reader.read(archiveKey(invocationId));
      if (bytes === undefined) return undefined;
      return decodeArchive(bytes, await reader.read(archivedJournalKey(invocationId)));
    },
  };
}

async function readLive(reader: LogReader, value: Uint8Array): Promise<LiveInvocation> {
  const live = decodeLive(value);
  // It runs unless it waits for its next attempt; which is not stored, as an attempt does not outlive its engine.
  if (live.status === "invoked" && live.nextRetryAtMs === undefined) live.attempt = 1;
  for (let index = 0; ; index++) {
    const entry = await reader.read(journalKey(live.id, index));
    if (entry === undefined) return live;
    live.journal.push(decodeEntry(entry));
  }
}
