/**
 * A map and a set for what comes and goes: invocations, attempts, waiters.
 *
 * When V8 gives a `Map` or `Set` a new table, the old one points to it, with all that it
 * held. Once a table is among the long-lived objects, every later one, and whatever was in
 * it, stays until the next full collection: in a map of a few entries that change all the
 * time that is everything that ever was in it. So here the whole map is replaced from
 * time to time, before that has much to hold on to.
 *
 * 1. The order is that of insertion, as in the language's own.
 * 2. There are no live iterators: `keys`, `values` and `entries` are copies, so that it may change meanwhile.
 */

/** Even a small one is not copied at every turn. */
const ADDED_MIN = 8;

export class TransientMap<K, V> {
  #entries = new Map<K, V>();
  /** Since the map was replaced. */
  #added = 0;

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  has(key: K): boolean {
    return this.#entries.has(key);
  }

  set(key: K, value: V): void {
    // As many again as there are: each entry is copied about once.
    if (this.#added > Math.max(this.#entries.size, ADDED_MIN)) {
      this.#entries = new Map(this.#entries);
      this.#added = 0;
    }
    this.#added += 1;
    this.#entries.set(key, value);
  }

  delete(key: K): boolean {
    return this.#entries.delete(key);
  }

  clear(): void {
    this.#entries = new Map();
    this.#added = 0;
  }

  /** The entry that has been there longest. */
  first(): readonly [key: K, value: V] | undefined {
    for (const entry of this.#entries) return entry;
    return undefined;
  }

  keys(): K[] {
    return [...this.#entries.keys()];
  }

  values(): V[] {
    return [...this.#entries.values()];
  }

  entries(): [key: K, value: V][] {
    return [...this.#entries];
  }
}

export class TransientSet<T> {
  readonly #items = new TransientMap<T, undefined>();

  get size(): number {
    return this.#items.size;
  }

  has(item: T): boolean {
    return this.#items.has(item);
  }

  add(item: T): void {
    this.#items.set(item, undefined);
  }

  delete(item: T): boolean {
    return this.#items.delete(item);
  }

  clear(): void {
    this.#items.clear();
  }

  /** The item that has been there longest. */
  first(): T | undefined {
    return this.#items.first()?.[0];
  }

  values(): T[] {
    return this.#items.keys();
  }
}
