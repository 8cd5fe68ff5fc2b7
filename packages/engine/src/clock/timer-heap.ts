export interface Timer {
  readonly atMs: number;
  readonly fire: () => void;
}

interface Entry extends Timer {
  readonly seq: number;
  /** Where it stands in the heap; -1 when it is out. */
  index: number;
}

/**
 * Timers by time, then by the order in which they were added. A binary heap whose
 * entries know their place, so that removing one costs no more than adding it and
 * leaves nothing behind.
 */
export class TimerHeap {
  readonly #entries: Entry[] = [];
  #nextSeq = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** When the next one is due. */
  get nextAtMs(): number | undefined {
    return this.#entries[0]?.atMs;
  }

  /** The result takes it out again, if it is still there. */
  add(atMs: number, fire: () => void): () => void {
    const entry: Entry = { atMs, fire, seq: this.#nextSeq, index: this.#entries.length };
    this.#nextSeq += 1;
    this.#entries.push(entry);
    this.#siftUp(entry);
    return () => {
      if (entry.index !== -1) this.#remove(entry);
    };
  }

  /** Takes the next one out if it is due. */
  takeDue(nowMs: number): Timer | undefined {
    const first = this.#entries[0];
    if (first === undefined || first.atMs > nowMs) return undefined;
    this.#remove(first);
    return first;
  }

  #remove(entry: Entry): void {
    const last = this.#entries.pop() as Entry;
    const { index } = entry;
    entry.index = -1;
    if (last === entry) return;
    last.index = index;
    this.#entries[index] = last;
    this.#siftUp(last);
    this.#siftDown(last);
  }

  #siftUp(entry: Entry): void {
    while (entry.index > 0) {
      const parent = this.#entries[(entry.index - 1) >> 1] as Entry;
      if (!isBefore(entry, parent)) return;
      this.#swap(entry, parent);
    }
  }

  #siftDown(entry: Entry): void {
    for (;;) {
      const left = this.#entries[entry.index * 2 + 1];
      const right = this.#entries[entry.index * 2 + 2];
      if (left === undefined) return;
      const child = right !== undefined && isBefore(right, left) ? right : left;
      if (!isBefore(child, entry)) return;
      this.#swap(child, entry);
    }
  }

  #swap(a: Entry, b: Entry): void {
    const { index } = a;
    a.index = b.index;
    b.index = index;
    this.#entries[a.index] = a;
    this.#entries[b.index] = b;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.seq < b.seq);
}
