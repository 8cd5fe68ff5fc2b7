import { decodeArchive } from "./archive-codec.ts";
import { decodeEntry, decodeLive } from "./codec.ts";
import { archivedJournalKey, archiveKey, invocationKey, journalKey } from "./keys.ts";
import type { Archive, LiveInvocation } from "./records.ts";

/**
 * One invocation with its journal, from what is stored, for those who look at a
 * store without running an engine on it.
 */
export async function readStoredInvocation(
  id: string,
  read: (key: string) => Promise<Uint8Array | undefined>,
): Promise<LiveInvocation | Archive | undefined> {
  const archive = await read(archiveKey(id));
  if (archive !== undefined) return decodeArchive(archive, await read(archivedJournalKey(id)));
  const facts = await read(invocationKey(id));
  if (facts === undefined) return undefined;
  const invocation = decodeLive(facts);
  for (let index = 0; ; index += 1) {
    const entry = await read(journalKey(id, index));
    if (entry === undefined) return invocation;
    invocation.journal.push(decodeEntry(entry));
  }
}
