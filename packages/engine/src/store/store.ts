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
  /** Nothing of it is there when the process has ended; the engine then writes only what it reads back. */
  readonly isVolatile?: boolean | undefined;
  /**
   * Reads everything that is there, once, and gives the latest write of each key, in no
   * particular order. Called once, first: before it has resolved nothing else may be asked.
   * Rejects with a `StoreError` when what is there cannot be taken up.
   */
  recover(onWrite: (key: string, value: Uint8Array) => void, options?: RecoverOptions): Promise<void>;
  /**
   * Rejects with a `StoreError` as rule 4 says. Without any writes it waits for the
   * commits that were made before it.
   */
  commit(writes: readonly Write[], options?: CommitOptions): Promise<void>;
  /** The latest durable value of a key. Values that the engine does not hold in memory are read this way. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** Waits for what was committed, then gives everything back. Later calls reject. May be called twice. */
  close(): Promise<void>;
}

export interface CommitOptions {
  /** Nobody waits for it: it may become durable a few milliseconds later, with the next one. */
  readonly canWait?: boolean | undefined;
}

export interface RecoverOptions {
  /** The keys that are given; all when absent. The others are not held, and can be had by `read` later. */
  readonly wants?: (key: string) => boolean;
  /** What there is too much of to be held until all has been read. */
  readonly passing?: Passing;
}

/** Keys whose values are shown while they pass by, instead of being given. */
export interface Passing {
  readonly has: (key: string) => boolean;
  /**
   * In the order in which they were written. Later writes of a key follow; `undefined`: it
   * was deleted. The bytes may be looked at during the call only, and are a copy to be made.
   */
  readonly onWrite: (key: string, value: Uint8Array | undefined) => void;
}

/** A value of `undefined` deletes the key. Within one commit, the last write of a key counts. */
export interface Write {
  readonly key: string;
  readonly value: Uint8Array | undefined;
}
