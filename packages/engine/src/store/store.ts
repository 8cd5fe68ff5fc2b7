/**
 * Where the engine keeps what must survive: a log of keyed writes.
 *
 * 1. A commit is atomic: after a crash either all of its writes are there, or none.
 * 2. Commits become durable in the order in which they were made. Those made while
 *    one is under way go into the next one together (group commit).
 * 3. When `commit` has resolved, its writes survive anything but the loss of the disk.
 * 4. When a commit fails, so do all that follow, with the same reason: what was
 *    acknowledged stays, and nothing is acknowledged any more. A commit that failed
 *    may still be found there, whole, when the store is opened again.
 * 5. `read` and `recover` give what is durable, never what is still under way.
 * 6. Bytes cross as they are: neither side changes a value that it has handed over.
 */
export interface Store {
  /**
   * Reads everything that is there, the latest write of each key, in no particular
   * order. Called once, first. With `wants`, only the keys for which it says true:
   * the others are not read into memory, and can be had by `read` later.
   */
  recover(onWrite: (key: string, value: Uint8Array) => void, wants?: (key: string) => boolean): Promise<void>;
  /**
   * Rejects with a `StoreError` as rule 4 says. Without any writes it waits for the
   * commits that were made before it.
   */
  commit(writes: readonly Write[]): Promise<void>;
  /** The latest durable value of a key. Values that the engine does not hold in memory are read this way. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** Waits for what was committed, then gives everything back. Later calls reject. May be called twice. */
  close(): Promise<void>;
}

/** A value of `undefined` deletes the key. Within one commit, the last write of a key counts. */
export interface Write {
  readonly key: string;
  readonly value: Uint8Array | undefined;
}
