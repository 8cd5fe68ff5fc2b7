/** The published entries of `@perdure/sdk`; each is the source file `packages/sdk/src/<entry>.ts`. */
export const ENTRIES = ["index", "clients", "fetch", "lambda", "zod", "superjson", "internal"] as const;

export type Entry = (typeof ENTRIES)[number];

/** The name by which a user imports an entry. */
export function toSpecifier(entry: Entry): string {
  return entry === "index" ? "@perdure/sdk" : `@perdure/sdk/${entry}`;
}
