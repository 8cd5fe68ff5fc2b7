/**
 * The keys under which things are stored. One letter tells the table.
 */
export const invocationKey = (id: string): string => `i/${id}`;
export const journalKey = (id: string, index: number): string => `j/${id}/${index}`;
export const archiveKey = (id: string): string => `a/${id}`;
/** Of an ended invocation's journal, where that expires before its result. */
export const archivedJournalKey = (id: string): string => `b/${id}`;
export const stateKey = (service: string, key: string, name: string): string =>
  toKey("s", service, key, name);
export const promiseKey = (service: string, key: string, name: string): string =>
  toKey("p", service, key, name);
export const stateEditKey = (seq: number): string => `e/${seq}`;

/** Keys of which there are too many to hold what stands under them while everything is read. */
export function isOfArchive(key: string): boolean {
  return key.startsWith("a/") || key.startsWith("b/");
}

export const idOfArchiveKey = (key: string): string => key.slice(2);

/** What of an object's state stands under a key, if it is that. */
export function toStatePlace(
  key: string,
): { readonly service: string; readonly key: string; readonly name: string } | undefined {
  if (!key.startsWith("s/")) return undefined;
  const [service = "", instance = "", name = ""] = partsOf(key);
  return { service, key: instance, name };
}

/** Names may hold any character, so the parts are quoted. */
function toKey(table: string, ...parts: readonly string[]): string {
  return `${table}/${JSON.stringify(parts)}`;
}

/** What stands behind the table's letter, for keys that were made of quoted parts. */
export function partsOf(key: string): string[] {
  return JSON.parse(key.slice(2)) as string[];
}

/** An object or workflow instance, as one string. */
export function instanceOf(service: string, key: string): string {
  return JSON.stringify([service, key]);
}
