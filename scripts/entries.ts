/** The published entries of `@perdure/sdk`; each is the source file `packages/sdk/src/<entry>.ts`. */
export const ENTRIES = ["index", "clients", "fetch", "lambda", "zod", "superjson", "internal"] as const;

export type Entry = (typeof ENTRIES)[number];

/**
 * The entries that may use Node's modules; the others run anywhere. `internal` is
 * among them for the engine's sake, which runs on Node only.
 */
export const NODE_ENTRIES: ReadonlySet<Entry> = new Set<Entry>(["index", "lambda", "internal"]);

/** The name by which a user imports an entry. */
export function toSpecifier(entry: Entry): string {
  return entry === "index" ? "@perdure/sdk" : `@perdure/sdk/${entry}`;
}
