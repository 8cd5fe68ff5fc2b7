import type { FileSystem, OpenFile, OpenOptions } from "../file-system.ts";
import { createRandom } from "./random.ts";

const SECTOR_BYTES = 512;

/** What a file holds as programs see it, and what of it would survive a loss of power for certain. */
interface Node {
  content: Buffer;
  durable: Buffer;
  /** What the system failed to make durable once, and takes for done: no later sync will. */
  unsaved: { readonly start: number; readonly end: number }[];
}

export type OperationName =
  | "makeFolder"
  | "list"
  | "open"
  | "create"
  | "rename"
  | "remove"
  | "syncFolder"
  | "read"
  | "write"
  | "sync"
  | "truncate"
  | "close"
  | "size";

export interface Operation {
  /** From 1 on. */
  readonly number: number;
  readonly name: OperationName;
  readonly path: string;
}

export type Fault =
  /** The operation fails, with this code of the system. */
  | { readonly type: "error"; readonly code: string }
  /** A write fails while its bytes are made durable: programs see them, and only another write will save them. */
  | { readonly type: "unsaved" }
  /** A write takes this many bytes only, without an error. */
  | { readonly type: "short"; readonly bytes: number }
  /** The machine stops in the middle of the operation. */
  | { readonly type: "crash" };

/**
 * A disk in memory that fails when told to. After a crash it keeps what was
 * synced; of what was not, any sectors may be there, any file may be longer or
 * shorter, and any name made, changed or removed may be as before.
 */
export class SimulatedDisk implements FileSystem {
  /** Asked before each operation. */
  fault: (operation: Operation) => Fault | undefined = () => undefined;
  /** Writes that would need more fail with ENOSPC, after what fits. */
  capacityBytes: number = Number.POSITIVE_INFINITY;
  readonly operations: Operation[] = [];
  #names = new Map<string, Node>();
  #durableNames = new Map<string, Node>();
  #unsyncedNames: ((names: Map<string, Node>) => void)[] = [];
  #crashed = false;

  static fromFiles(files: ReadonlyMap<string, Uint8Array>): SimulatedDisk {
    const disk = new SimulatedDisk();
    for (const [path, bytes] of files) {
      const node = { content: Buffer.from(bytes), durable: Buffer.from(bytes), unsaved: [] };
      disk.#names.set(path, node);
      disk.#durableNames.set(path, node);
    }
    return disk;
  }

  /** The files as programs see them. */
  files(): Map<string, Buffer> {
    return new Map([...this.#names].map(([path, { content }]) => [path, Buffer.from(content)]));
  }

  /** What another process finds when this one was killed: all that it wrote, of which not all is safe yet. */
  afterKill(): SimulatedDisk {
    const disk = new SimulatedDisk();
    disk.#names = this.#names;
    disk.#durableNames = this.#durableNames;
    disk.#unsyncedNames = this.#unsyncedNames;
    return disk;
  }

  /** What a machine finds when it starts again. The seed decides what was lost. */
  afterCrash(seed: number): SimulatedDisk {
    const random = createRandom(seed);
    const names = new Map(this.#durableNames);
    for (const apply of this.#unsyncedNames) if (random() < 0.5) apply(names);
    return SimulatedDisk.fromFiles(new Map([...names].map(([path, node]) => [path, survivor(node, random)])));
  }

  async makeFolder(folder: string): Promise<void> {
    await this.#begin("makeFolder", folder);
  }

  async list(folder: string): Promise<string[]> {
    await this.#begin("list", folder);
    return [...this.#names.keys()].map((path) => path.slice(folder.length + 1));
  }

  async open(path: string, { create, synced }: OpenOptions): Promise<OpenFile> {
    const fault = await this.#begin(create ? "create" : "open", path);
    const found = this.#names.get(path);
    if (create && found !== undefined) throw createError("EEXIST", path);
    if (!create && found === undefined) throw createError("ENOENT", path);
    const node = found ?? { content: Buffer.alloc(0), durable: Buffer.alloc(0), unsaved: [] };
    if (create) this.#changeNames((names) => names.set(path, node));
    this.#end(fault);
    return this.#toFile(node, path, synced);
  }

  async rename(from: string, to: string): Promise<void> {
    const fault = await this.#begin("rename", from);
    const node = this.#names.get(from);
    if (node === undefined) throw createError("ENOENT", from);
    this.#changeNames((names) => {
      names.delete(from);
      names.set(to, node);
    });
    this.#end(fault);
  }

  async remove(path: string): Promise<void> {
    const fault = await this.#begin("remove", path);
    if (!this.#names.has(path)) throw createError("ENOENT", path);
    this.#changeNames((names) => names.delete(path));
    this.#end(fault);
  }

  async syncFolder(folder: string): Promise<void> {
    this.#end(await this.#begin("syncFolder", folder));
    for (const apply of this.#unsyncedNames.splice(0)) apply(this.#durableNames);
  }

  #toFile(node: Node, path: string, synced: boolean): OpenFile {
    return {
      size: async () => {
        await this.#begin("size", path);
        return node.content.length;
      },
      read: async (buffer, position) => {
        await this.#begin("read", path);
        return node.content.copy(buffer, 0, position, position + buffer.length);
      },
      write: async (buffers, position) => {
        const fault = await this.#begin("write", path);
        let bytes = Buffer.concat(buffers);
        if (fault?.type === "crash") bytes = bytes.subarray(0, (bytes.length * fault.torn) | 0);
        if (fault?.type === "short") bytes = bytes.subarray(0, Math.min(fault.bytes, bytes.length));
        bytes = bytes.subarray(0, this.#room(node, position, bytes.length, path));
        put(node, "content", bytes, position);
        const range = { start: position, end: position + bytes.length };
        node.unsaved = node.unsaved.filter(({ start, end }) => start < range.start || end > range.end);
        if (fault?.type === "unsaved") {
          node.unsaved.push(range);
          throw createError("EIO", path);
        }
        this.#end(fault);
        if (synced) put(node, "durable", bytes, position);
        return bytes.length;
      },
      sync: async () => {
        this.#end(await this.#begin("sync", path));
        const before = node.durable;
        node.durable = Buffer.from(node.content);
        for (const { start, end } of node.unsaved) {
          node.durable.fill(0, start, end);
          if (start < before.length) before.copy(node.durable, start, start, Math.min(end, before.length));
        }
      },
      truncate: async (bytes) => {
        const fault = await this.#begin("truncate", path);
        node.content = Buffer.concat([node.content, Buffer.alloc(Math.max(0, bytes - node.content.length))]);
        node.content = node.content.subarray(0, bytes);
        this.#end(fault);
      },
      close: async () => {
        await this.#begin("close", path);
      },
    };
  }

  async #begin(name: OperationName, path: string): Promise<BegunFault | undefined> {
    await Promise.resolve();
    if (this.#crashed) throw createError("ECRASHED", path);
    const operation = { number: this.operations.length + 1, name, path };
    this.operations.push(operation);
    const fault = this.fault(operation);
    if (fault?.type === "error") throw createError(fault.code, path);
    if (fault?.type !== "crash") return fault;
    this.#crashed = true;
    return { type: "crash", torn: createRandom(operation.number)() };
  }

  /** The crash comes when the operation has changed what programs see, and nothing is durable yet. */
  #end(fault: BegunFault | undefined): void {
    if (fault?.type === "crash") throw createError("ECRASHED", "");
  }

  #changeNames(apply: (names: Map<string, Node>) => void): void {
    apply(this.#names);
    this.#unsyncedNames.push(apply);
  }

  #room(node: Node, position: number, bytes: number, path: string): number {
    let used = 0;
    for (const { content } of this.#names.values()) used += content.length;
    const growth = position + bytes - node.content.length;
    const excess = used + growth - this.capacityBytes;
    if (growth <= 0 || excess <= 0) return bytes;
    const room = bytes - excess;
    if (room <= 0) throw createError("ENOSPC", path);
    return room;
  }
}

type BegunFault = Exclude<Fault, { type: "crash" }> | { readonly type: "crash"; readonly torn: number };

function put(node: Node, side: "content" | "durable", bytes: Uint8Array, position: number): void {
  const gap = Math.max(0, position + bytes.length - node[side].length);
  if (gap > 0) node[side] = Buffer.concat([node[side], Buffer.alloc(gap)]);
  node[side].set(bytes, position);
}

function survivor({ content, durable }: Node, random: () => number): Buffer {
  const bytes = Buffer.alloc(random() < 0.5 ? durable.length : content.length);
  durable.copy(bytes);
  for (let at = 0; at < Math.min(bytes.length, content.length); at += SECTOR_BYTES) {
    if (random() < 0.5) content.copy(bytes, at, at, Math.min(at + SECTOR_BYTES, bytes.length));
  }
  return bytes;
}

function createError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: simulated, ${path}`), { code });
}
