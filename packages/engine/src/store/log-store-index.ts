/** Where the latest entry of a key stands. */
export interface Location {
  readonly fileId: number;
  readonly offset: number;
  readonly bytes: number;
}

const SHARDS = 64;
const SLOTS_MIN = 1024;

/**
 * Key -> place of its entry on disk, for millions of keys.
 *
 * A key has a slot, and the place stands in flat arrays at that slot: 16 bytes
 * rather than an object. The keys are spread over many maps, since one large map
 * stops the event loop for a tenth of a second whenever it grows.
 */
export class KeyIndex {
  readonly #shards: Map<string, number>[] = Array.from({ length: SHARDS }, () => new Map());
  readonly #free: number[] = [];
  #used = 0;
  #fileIds = new Uint32Array(SLOTS_MIN);
  #bytes = new Uint32Array(SLOTS_MIN);
  #offsets = new Float64Array(SLOTS_MIN);
  #liveBytes = 0;

  get size(): number {
    return this.#used - this.#free.length;
  }

  /** Length of all entries that the index points at. */
  get liveBytes(): number {
    return this.#liveBytes;
  }

  *keys(): Generator<string> {
    for (const shard of this.#shards) yield* shard.keys();
  }

  get(key: string): Location | undefined {
    const slot = this.#shards[shardOf(key)]?.get(key);
    if (slot === undefined) return undefined;
    return { fileId: this.fileIdAt(slot), offset: this.#offsets[slot] ?? 0, bytes: this.#bytes[slot] ?? 0 };
  }

  /** The slot of the key, if its latest entry is this very one. */
  slotOf(key: string, fileId: number, offset: number): number | undefined {
    const slot = this.#shards[shardOf(key)]?.get(key);
    if (slot === undefined || this.#offsets[slot] !== offset || this.#fileIds[slot] !== fileId)
      return undefined;
    return slot;
  }

  set(key: string, { fileId, offset, bytes }: Location): void {
    const shard = this.#shards[shardOf(key)] as Map<string, number>;
    let slot = shard.get(key);
    if (slot === undefined) {
      slot = this.#takeSlot();
      shard.set(key, slot);
    }
    this.#liveBytes += bytes - (this.#bytes[slot] ?? 0);
    this.#fileIds[slot] = fileId;
    this.#offsets[slot] = offset;
    this.#bytes[slot] = bytes;
  }

  delete(key: string): void {
    const shard = this.#shards[shardOf(key)] as Map<string, number>;
    const slot = shard.get(key);
    if (slot === undefined) return;
    shard.delete(key);
    this.#liveBytes -= this.#bytes[slot] ?? 0;
    this.#bytes[slot] = 0;
    this.#fileIds[slot] = 0;
    this.#free.push(slot);
  }

  fileIdAt(slot: number): number {
    return this.#fileIds[slot] ?? 0;
  }

  /** The same entry, now elsewhere. */
  move(slot: number, fileId: number, offset: number): void {
    this.#fileIds[slot] = fileId;
    this.#offsets[slot] = offset;
  }

  #takeSlot(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    const slot = this.#used;
    this.#used += 1;
    if (slot === this.#offsets.length) this.#grow();
    return slot;
  }

  #grow(): void {
    const slots = this.#offsets.length * 2;
    const fileIds = new Uint32Array(slots);
    const bytes = new Uint32Array(slots);
    const offsets = new Float64Array(slots);
    fileIds.set(this.#fileIds);
    bytes.set(this.#bytes);
    offsets.set(this.#offsets);
    this.#fileIds = fileIds;
    this.#bytes = bytes;
    this.#offsets = offsets;
  }
}

/** Looks at eight characters or so, spread over the key: any choice is right, a good one spreads the keys. */
function shardOf(key: string): number {
  const stride = (key.length >>> 3) + 1;
  let hash = key.length;
  for (let i = key.length - 1; i >= 0; i -= stride) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) | 0;
  return (hash ^ (hash >>> 12)) & (SHARDS - 1);
}
