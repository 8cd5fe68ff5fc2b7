import { CompletedSlots, NONE } from "./completed-slots.ts";
import type { CompletedInvocation } from "./records.ts";

const SHARDS = 64;
const HEADS_MIN = 64;
/** What is due within one of these is looked at together. */
const BUCKET_MS = 60_000;

/**
 * All invocations that have ended and are retained, by id: a map, in a hundred
 * bytes each. There may be millions.
 *
 * 1. The facts lie packed in slots; an object is made of them when one is asked for.
 * 2. Ids are found by hash. The hash is cut in shards, since growing one large
 *    table would stop everything else for a tenth of a second.
 * 3. Slots are chained by when something of them expires, so that a sweep looks at
 *    those alone.
 */
export class CompletedTable implements ReadonlyMap<string, CompletedInvocation> {
  readonly #slots = new CompletedSlots();
  readonly #heads: Int32Array[] = Array.from({ length: SHARDS }, () => new Int32Array(HEADS_MIN));
  readonly #counts = new Int32Array(SHARDS);
  /** By bucket, the first slot of which something is due in it. */
  readonly #due = new Map<number, number>();

  get size(): number {
    return this.#slots.size;
  }

  has(id: string): boolean {
    return this.#find(id) !== NONE;
  }

  get(id: string): CompletedInvocation | undefined {
    const slot = this.#find(id);
    return slot === NONE ? undefined : this.#slots.read(slot);
  }

  set(id: string, facts: CompletedInvocation): this {
    this.delete(id);
    const hash = hashOf(id);
    const slot = this.#slots.take(facts, hash);
    const shard = hash & (SHARDS - 1);
    this.#counts[shard] = (this.#counts[shard] ?? 0) + 1;
    if ((this.#counts[shard] ?? 0) > this.#headsOf(shard).length) this.#grow(shard);
    this.#link(shard, slot, hash);
    this.#plan(slot);
    return this;
  }

  delete(id: string): boolean {
    const hash = hashOf(id);
    const shard = hash & (SHARDS - 1);
    const heads = this.#headsOf(shard);
    const head = headOf(hash, heads.length);
    let previous = NONE;
    for (let slot = heads[head] ?? NONE; slot !== NONE; slot = this.#slots.nextInChain(slot)) {
      if (this.#slots.is(slot, id, hash)) {
        const next = this.#slots.nextInChain(slot);
        if (previous === NONE) heads[head] = next;
        else this.#slots.chain(previous, next);
        this.#counts[shard] = (this.#counts[shard] ?? 0) - 1;
        this.#unplan(slot);
        this.#slots.free(slot);
        return true;
      }
      previous = slot;
    }
    return false;
  }

  /** Whether its journal is stored apart, and not forgotten yet. */
  hasJournalApart(id: string): boolean {
    const slot = this.#find(id);
    return slot !== NONE && this.#slots.hasJournalApart(slot);
  }

  /** Says that its journal is stored apart, or is not there any more. */
  noteJournalApart(id: string, isThere: boolean): void {
    const slot = this.#find(id);
    if (slot === NONE || this.#slots.hasJournalApart(slot) === isThere) return;
    this.#unplan(slot);
    this.#slots.noteJournalApart(slot, isThere);
    this.#plan(slot);
  }

  /** Those of which the result, or a journal apart, has expired. At most so many. */
  due(nowMs: number, max: number): CompletedInvocation[] {
    const found: CompletedInvocation[] = [];
    const last = bucketOf(nowMs);
    const buckets = [...this.#due.keys()].filter((bucket) => bucket <= last).sort((a, b) => a - b);
    for (const bucket of buckets) {
      let slot = this.#due.get(bucket) ?? NONE;
      for (; slot !== NONE; slot = this.#slots.nextDue(slot)) {
        if (found.length === max) return found;
        if (this.#slots.dueAtMs(slot) <= nowMs) found.push(this.#slots.read(slot));
      }
    }
    return found;
  }

  *values(): MapIterator<CompletedInvocation> {
    for (const slot of this.#slots.used()) yield this.#slots.read(slot);
  }

  *keys(): MapIterator<string> {
    for (const slot of this.#slots.used()) yield this.#slots.idAt(slot);
  }

  *entries(): MapIterator<[string, CompletedInvocation]> {
    for (const facts of this.values()) yield [facts.id, facts];
  }

  [Symbol.iterator](): MapIterator<[string, CompletedInvocation]> {
    return this.entries();
  }

  forEach(
    visit: (facts: CompletedInvocation, id: string, table: ReadonlyMap<string, CompletedInvocation>) => void,
  ): void {
    for (const facts of this.values()) visit(facts, facts.id, this);
  }

  #find(id: string): number {
    const hash = hashOf(id);
    const heads = this.#headsOf(hash & (SHARDS - 1));
    let slot = heads[headOf(hash, heads.length)] ?? NONE;
    while (slot !== NONE && !this.#slots.is(slot, id, hash)) slot = this.#slots.nextInChain(slot);
    return slot;
  }

  #headsOf(shard: number): Int32Array {
    return this.#heads[shard] as Int32Array;
  }

  #link(shard: number, slot: number, hash: number): void {
    const heads = this.#headsOf(shard);
    const head = headOf(hash, heads.length);
    this.#slots.chain(slot, heads[head] ?? NONE);
    heads[head] = slot;
  }

  #grow(shard: number): void {
    const old = this.#headsOf(shard);
    this.#heads[shard] = new Int32Array(old.length * 2);
    for (const head of old) {
      for (let slot = head; slot !== NONE; ) {
        const next = this.#slots.nextInChain(slot);
        this.#link(shard, slot, this.#slots.hashAt(slot));
        slot = next;
      }
    }
  }

  #plan(slot: number): void {
    const bucket = bucketOf(this.#slots.dueAtMs(slot));
    this.#slots.linkDue(slot, this.#due.get(bucket) ?? NONE);
    this.#due.set(bucket, slot);
  }

  #unplan(slot: number): void {
    const next = this.#slots.nextDue(slot);
    if (this.#slots.unlinkDue(slot)) return;
    const bucket = bucketOf(this.#slots.dueAtMs(slot));
    if (next === NONE) this.#due.delete(bucket);
    else this.#due.set(bucket, next);
  }
}

function bucketOf(timeMs: number): number {
  return Math.floor(timeMs / BUCKET_MS);
}

/** The lowest bits choose the shard. */
function headOf(hash: number, heads: number): number {
  return (hash >>> 6) & (heads - 1);
}

function hashOf(id: string): number {
  let hash = 0;
  for (let i = 0; i < id.length; i += 1) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
