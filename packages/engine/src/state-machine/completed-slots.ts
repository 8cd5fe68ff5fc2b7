import type { CompletedInvocation, InvokedBy, Target } from "./records.ts";

/** No slot: they are numbered from 1 on. */
export const NONE = 0;

/** Slots are made this many at a time, so that growing copies nothing. */
const CHUNK_BITS = 12;
const CHUNK_SLOTS: number = 1 << CHUNK_BITS;
const IN_CHUNK: number = CHUNK_SLOTS - 1;

const ID_PREFIX = "inv_1";
const ID_CHARS = 33;

const TIMES = 4;
const CREATED = 0;
const COMPLETED = 1;
const EXPIRES = 2;
const JOURNAL_EXPIRES = 3;

const USED = 1;
const SUCCEEDED = 2;
const JOURNAL_APART = 4;

class Chunk {
  readonly ids: Buffer = Buffer.alloc(ID_CHARS * CHUNK_SLOTS);
  readonly times: Float64Array = new Float64Array(TIMES * CHUNK_SLOTS);
  readonly targets: Uint32Array = new Uint32Array(CHUNK_SLOTS);
  readonly hashes: Int32Array = new Int32Array(CHUNK_SLOTS);
  readonly nextInChain: Int32Array = new Int32Array(CHUNK_SLOTS);
  readonly nextDue: Int32Array = new Int32Array(CHUNK_SLOTS);
  readonly previousDue: Int32Array = new Int32Array(CHUNK_SLOTS);
  readonly flags: Uint8Array = new Uint8Array(CHUNK_SLOTS);
  /** Key, idempotency key and caller, as JSON; most have none of them. */
  readonly rests: (string | undefined)[] = new Array<string | undefined>(CHUNK_SLOTS).fill(undefined);
}

type Rest = readonly [key: string | null, idempotencyKey: string | null, invokedBy: InvokedBy | null];

const BY_INGRESS: InvokedBy = { type: "ingress" };

/** The facts of ended invocations, packed in columns. What finds them is `completed-table.ts`. */
export class CompletedSlots {
  readonly #chunks: Chunk[] = [];
  /** Without their keys: one object for all invocations of a handler. */
  readonly #targets: Target[] = [];
  readonly #targetNumbers = new Map<string, number>();
  #lastTarget = 0;
  #made = 1;
  /** The first of the slots that were given back, chained as they would be by hash. */
  #firstFree = NONE;
  size = 0;

  take(facts: CompletedInvocation, hash: number): number {
    const slot = this.#takeFree();
    const chunk = this.#chunkOf(slot);
    const at = slot & IN_CHUNK;
    const { id } = facts;
    if (id.length !== ID_PREFIX.length + ID_CHARS || !id.startsWith(ID_PREFIX)) {
      throw new RangeError(`${JSON.stringify(id)} is no invocation id.`);
    }
    const first = at * ID_CHARS;
    for (let i = 0; i < ID_CHARS; i += 1) chunk.ids[first + i] = id.charCodeAt(ID_PREFIX.length + i);
    chunk.times[at * TIMES + CREATED] = facts.createdAtMs;
    chunk.times[at * TIMES + COMPLETED] = facts.completedAtMs;
    chunk.times[at * TIMES + EXPIRES] = facts.expiresAtMs;
    chunk.times[at * TIMES + JOURNAL_EXPIRES] = facts.journalExpiresAtMs;
    chunk.targets[at] = this.#numberOf(facts.target);
    chunk.hashes[at] = hash;
    chunk.flags[at] = USED | (facts.succeeded ? SUCCEEDED : 0);
    chunk.rests[at] = toRest(facts);
    this.size += 1;
    return slot;
  }

  free(slot: number): void {
    const chunk = this.#chunkOf(slot);
    const at = slot & IN_CHUNK;
    chunk.flags[at] = 0;
    chunk.rests[at] = undefined;
    chunk.nextInChain[at] = this.#firstFree;
    this.#firstFree = slot;
    this.size -= 1;
  }

  read(slot: number): CompletedInvocation {
    const { times, targets, flags, rests } = this.#chunkOf(slot);
    const at = slot & IN_CHUNK;
    const target = this.#targets[targets[at] ?? 0] as Target;
    const rest = rests[at];
    const [key, idempotencyKey, invokedBy] = rest === undefined ? NO_REST : (JSON.parse(rest) as Rest);
    return {
      id: this.idAt(slot),
      target: key === null ? target : { ...target, key },
      status: "completed",
      invokedBy: invokedBy ?? BY_INGRESS,
      idempotencyKey: idempotencyKey ?? undefined,
      createdAtMs: times[at * TIMES + CREATED] ?? 0,
      completedAtMs: times[at * TIMES + COMPLETED] ?? 0,
      succeeded: ((flags[at] ?? 0) & SUCCEEDED) !== 0,
      expiresAtMs: times[at * TIMES + EXPIRES] ?? 0,
      journalExpiresAtMs: times[at * TIMES + JOURNAL_EXPIRES] ?? 0,
    };
  }

  idAt(slot: number): string {
    const first = (slot & IN_CHUNK) * ID_CHARS;
    return ID_PREFIX + this.#chunkOf(slot).ids.toString("latin1", first, first + ID_CHARS);
  }

  hashAt(slot: number): number {
    return this.#chunkOf(slot).hashes[slot & IN_CHUNK] ?? 0;
  }

  is(slot: number, id: string, hash: number): boolean {
    const { ids, hashes } = this.#chunkOf(slot);
    const at = slot & IN_CHUNK;
    if (hashes[at] !== hash || id.length !== ID_PREFIX.length + ID_CHARS) return false;
    const first = at * ID_CHARS;
    for (let i = 0; i < ID_CHARS; i += 1) {
      if (ids[first + i] !== id.charCodeAt(ID_PREFIX.length + i)) return false;
    }
    return id.startsWith(ID_PREFIX);
  }

  *used(): Generator<number> {
    for (let slot = 1; slot < this.#made; slot += 1) {
      if (this.#chunkOf(slot).flags[slot & IN_CHUNK] !== 0) yield slot;
    }
  }

  nextInChain(slot: number): number {
    return this.#chunkOf(slot).nextInChain[slot & IN_CHUNK] ?? NONE;
  }

  chain(slot: number, next: number): void {
    this.#chunkOf(slot).nextInChain[slot & IN_CHUNK] = next;
  }

  hasJournalApart(slot: number): boolean {
    return ((this.#chunkOf(slot).flags[slot & IN_CHUNK] ?? 0) & JOURNAL_APART) !== 0;
  }

  noteJournalApart(slot: number, isThere: boolean): void {
    const { flags } = this.#chunkOf(slot);
    const at = slot & IN_CHUNK;
    const others = (flags[at] ?? 0) & ~JOURNAL_APART;
    flags[at] = isThere ? others | JOURNAL_APART : others;
  }

  /** When the next thing of it expires. */
  dueAtMs(slot: number): number {
    const { times } = this.#chunkOf(slot);
    const first = (slot & IN_CHUNK) * TIMES;
    const expiresAtMs = times[first + EXPIRES] ?? 0;
    return this.hasJournalApart(slot)
      ? Math.min(times[first + JOURNAL_EXPIRES] ?? 0, expiresAtMs)
      : expiresAtMs;
  }

  nextDue(slot: number): number {
    return this.#chunkOf(slot).nextDue[slot & IN_CHUNK] ?? NONE;
  }

  /** Puts it before another one. */
  linkDue(slot: number, next: number): void {
    const chunk = this.#chunkOf(slot);
    chunk.nextDue[slot & IN_CHUNK] = next;
    chunk.previousDue[slot & IN_CHUNK] = NONE;
    if (next !== NONE) this.#chunkOf(next).previousDue[next & IN_CHUNK] = slot;
  }

  /** False when it was the first, so that whoever holds the first has to change. */
  unlinkDue(slot: number): boolean {
    const chunk = this.#chunkOf(slot);
    const next = chunk.nextDue[slot & IN_CHUNK] ?? NONE;
    const previous = chunk.previousDue[slot & IN_CHUNK] ?? NONE;
    if (next !== NONE) this.#chunkOf(next).previousDue[next & IN_CHUNK] = previous;
    if (previous === NONE) return false;
    this.#chunkOf(previous).nextDue[previous & IN_CHUNK] = next;
    return true;
  }

  #takeFree(): number {
    const free = this.#firstFree;
    if (free !== NONE) {
      this.#firstFree = this.nextInChain(free);
      return free;
    }
    const slot = this.#made;
    this.#made += 1;
    if (slot >>> CHUNK_BITS === this.#chunks.length) this.#chunks.push(new Chunk());
    return slot;
  }

  #chunkOf(slot: number): Chunk {
    return this.#chunks[slot >>> CHUNK_BITS] as Chunk;
  }

  #numberOf(target: Target): number {
    // One handler's often end one after the other.
    const last = this.#targets[this.#lastTarget];
    if (last !== undefined && isSameHandler(last, target)) return this.#lastTarget;
    this.#lastTarget = this.#lookUpNumber(target);
    return this.#lastTarget;
  }

  #lookUpNumber({ service, handler, serviceKind, handlerKind }: Target): number {
    const name = JSON.stringify([service, handler, serviceKind, handlerKind]);
    const known = this.#targetNumbers.get(name);
    if (known !== undefined) return known;
    const number = this.#targets.push({ service, handler, key: undefined, serviceKind, handlerKind }) - 1;
    this.#targetNumbers.set(name, number);
    return number;
  }
}

function isSameHandler(a: Target, b: Target): boolean {
  return (
    a.handler === b.handler &&
    a.service === b.service &&
    a.handlerKind === b.handlerKind &&
    a.serviceKind === b.serviceKind
  );
}

const NO_REST: Rest = [null, null, null];

function toRest({ target, idempotencyKey, invokedBy }: CompletedInvocation): string | undefined {
  const by = invokedBy.type === "ingress" ? null : invokedBy;
  if (target.key === undefined && idempotencyKey === undefined && by === null) return undefined;
  return JSON.stringify([target.key ?? null, idempotencyKey ?? null, by]);
}
