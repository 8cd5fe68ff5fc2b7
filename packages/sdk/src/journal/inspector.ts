import type { Command, Outcome } from "../protocol/messages.ts";

/**
 * What a tool that drives an attempt, such as the testing kit, may see of its
 * journal and decide in it. Absent outside of tests.
 */
export interface JournalInspector {
  /**
   * The author's code has issued a command, which is new or agrees with the recorded
   * one. `line` tells where; it costs something only when it is called.
   */
  readonly issued?: ((command: Command, line: () => string | undefined) => void) | undefined;
  /** Whether two texts or two byte arrays that differ count as the same. */
  readonly tolerates?: ((recorded: Leaf, attempted: Leaf) => boolean) | undefined;
  /** The attempt is about to fail. */
  readonly failed?: ((error: unknown) => void) | undefined;
  /** Closures of runs are not started. What waits for them is suspended with the rest. */
  readonly holdsRuns?: boolean | undefined;
  /** The code is quiescent, and nothing is there that could be delivered to it. */
  readonly rested?: ((rest: Rest) => void) | undefined;
  /** Calls the author's code by `action`, now, and gives what it gives. */
  readonly around?: (<T>(place: CodePlace, action: () => T) => T) | undefined;
  /** The run in whose closure the code stands that is running now, behind its first await too. */
  readonly insideRun?: (() => string | undefined) | undefined;
  /** `ctx` was used where a replay would not repeat it. What is thrown here, the author's code gets. */
  readonly misused?: ((misuse: JournalMisuse) => void) | undefined;
  /** A promise is awaited for the first time, the one that this command gave; a signal has none. */
  readonly awaited?: ((command: Command | undefined) => void) | undefined;
  /** The handler is done, and ends with what is given back. */
  readonly ends?: ((outcome: Outcome) => Outcome) | undefined;
}

/** Code of the author's that is called from here. */
export type CodePlace = { readonly type: "handler" } | { readonly type: "run"; readonly name: string };

/** A use of `ctx` that a replay would not repeat. `tried` says in words what it was used for. */
export type JournalMisuse =
  | { readonly type: "insideRun"; readonly run: string; readonly tried: string }
  | { readonly type: "afterEnd"; readonly tried: string }
  | { readonly type: "foreignStep"; readonly tried: string; readonly awaited: string };

/** What code that is quiescent waits for. With neither it waits for something that is not of `ctx`. */
export interface Rest {
  /** It awaits something that the journal can give. */
  readonly awaiting: boolean;
  /** How many closures of runs are under way. */
  readonly runs: number;
}

/** What the fields of a command consist of, in the end. */
export type Leaf = string | Uint8Array;
