import type { RecoverOptions, Store, Write } from "./store.ts";
import {
  createClosed,
  createNotRecovered,
  createRecoveredTwice,
  StoreError,
  toMessage,
} from "./store-error.ts";

export interface MemoryStoreOptions {
  /** What is there already. The store goes on writing into it: given to another one, it is what a restart finds. */
  readonly content?: Map<string, Uint8Array>;
  /**
   * Called for each group of commits, one after the other. The group becomes durable when
   * this resolves, not before; never, if it never does; and all fails when it rejects.
   */
  readonly gate?: (group: { readonly commits: number; readonly writes: readonly Write[] }) => Promise<void>;
  /** See `Store`: for an engine that is never restarted on this content. */
  readonly isVolatile?: boolean;
  /** Called once, when the store stops accepting commits. */
  readonly onFailure?: (error: StoreError) => void;
}

/** A store that forgets everything with its process. For tests, and for engines without a folder. */
export interface MemoryStore extends Store {
  /** All that is durable, by key. */
  readonly content: ReadonlyMap<string, Uint8Array>;
  /** The process dies here: what is not durable by now never will be, and no commit resolves any more. */
  crash(): void;
}

export function createMemoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  return new MapStore(options);
}

interface Group {
  readonly writes: Write[];
  commits: number;
}

class MapStore implements MemoryStore {
  readonly content: Map<string, Uint8Array>;
  readonly isVolatile: boolean;
  readonly #options: MemoryStoreOptions;
  #pending: { readonly group: Group; readonly done: Promise<void> } | undefined;
  #last: Promise<void> = Promise.resolve();
  #isRecovered = false;
  #isClosed = false;
  #isCrashed = false;
  #failure: StoreError | undefined;

  constructor(options: MemoryStoreOptions) {
    this.#options = options;
    this.content = options.content ?? new Map();
    this.isVolatile = options.isVolatile ?? false;
  }

  async recover(
    onWrite: (key: string, value: Uint8Array) => void,
    { wants = () => true, passing }: RecoverOptions = {},
  ): Promise<void> {
    if (this.#isClosed) throw createClosed();
    if (this.#isRecovered) throw createRecoveredTwice();
    this.#isRecovered = true;
    for (const [key, value] of [...this.content]) {
      if (passing?.has(key) === true) passing.onWrite(key, value);
      else if (wants(key)) onWrite(key, value);
    }
  }

  commit(writes: readonly Write[]): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#isClosed) return Promise.reject(createClosed());
    if (!this.#isRecovered) return Promise.reject(createNotRecovered());
    if (writes.length === 0) return this.#last;
    if (this.#pending === undefined) {
      const group: Group = { writes: [], commits: 0 };
      const done = this.#last.then(() => this.#write(group));
      this.#pending = { group, done };
      this.#last = done;
    }
    const { group, done } = this.#pending;
    group.writes.push(...writes);
    group.commits += 1;
    return done;
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    if (this.#isClosed) throw createClosed();
    if (!this.#isRecovered) throw createNotRecovered();
    return this.content.get(key);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#last.catch(() => {});
  }

  crash(): void {
    this.#isCrashed = true;
  }

  async #write(group: Group): Promise<void> {
    this.#pending = undefined;
    await this.#pass(group);
    if (this.#isCrashed) await new Promise<never>(() => {});
    for (const { key, value } of group.writes) {
      if (value === undefined) this.content.delete(key);
      else this.content.set(key, value);
    }
  }

  async #pass(group: Group): Promise<void> {
    try {
      await this.#options.gate?.(group);
    } catch (cause) {
      if (this.#failure === undefined) {
        this.#failure = new StoreError(
          "write_failed",
          `The memory store was made to fail: ${toMessage(cause)}`,
          {
            hint: "The gate that the test gave it rejected.",
            cause,
          },
        );
        this.#options.onFailure?.(this.#failure);
      }
      throw this.#failure;
    }
  }
}
