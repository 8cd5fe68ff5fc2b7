/** The published entries of `@perdure/sdk`; each is the source file `packages/sdk/src/<entry>.ts`. */
export const ENTRIES = ["index", "clients", "fetch", "lambda", "zod", "superjson", "internal"] as const;

export type Entry = (typeof ENTRIES)[number];

/**
 * The entries that may use Node's modules; the others run anywhere. `internal` is
 * among them for the engine's sake, which runs on Node only.
 */
export const NODE_ENTRIES: ReadonlySet<Entry> = new Set<Entry>(["index", "lambda", "internal"]);

/** The name by which a user imports an entry; one of the SDK unless told otherwise. */
export function toSpecifier(entry: string, name = "@perdure/sdk"): string {
  return entry === "index" ? name : `${name}/${entry}`;
}

/** The published entries of `@perdure/engine`. Its command is run, never imported. */
export const ENGINE_ENTRIES = ["index", "internal"] as const;

/** The published entries of `@perdure/testing`. */
export const TESTING_ENTRIES = ["index"] as const;

/** A package that is published, and what can be imported from it. */
export interface PublishedPackage {
  readonly name: string;
  /** Seen from the root. */
  readonly folder: string;
  readonly entries: readonly string[];
}

export const SDK_PACKAGE: PublishedPackage = {
  name: "@perdure/sdk",
  folder: "packages/sdk",
  entries: ENTRIES,
};

export const ENGINE_PACKAGE: PublishedPackage = {
  name: "@perdure/engine",
  folder: "packages/engine",
  entries: ENGINE_ENTRIES,
};

export const TESTING_PACKAGE: PublishedPackage = {
  name: "@perdure/testing",
  folder: "packages/testing",
  entries: TESTING_ENTRIES,
};

/** In the order in which they build on each other. */
export const PUBLISHED: readonly PublishedPackage[] = [SDK_PACKAGE, ENGINE_PACKAGE, TESTING_PACKAGE];
