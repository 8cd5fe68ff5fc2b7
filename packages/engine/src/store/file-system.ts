/**
 * What the log store asks of a file system, and nothing more, so that tests can
 * put one underneath that fails, writes half, or loses what was not synced.
 */
export interface FileSystem {
  /** With all its parents; fine if it is there. */
  makeFolder(folder: string): Promise<void>;
  list(folder: string): Promise<string[]>;
  /** For reading and writing, unless it says `isReader`. With `create` it fails when the file is there, without when it is not. */
  open(path: string, options: OpenOptions): Promise<OpenFile>;
  /** Replaces what is there under the new name, in one step. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** When this has resolved, files made, renamed and removed in the folder stay so. */
  syncFolder(folder: string): Promise<void>;
}

export interface OpenOptions {
  readonly create: boolean;
  /** A write resolves when its bytes are durable; otherwise `sync` makes them so. */
  readonly synced: boolean;
  /** For reading alone. */
  readonly isReader?: boolean;
}

export interface OpenFile {
  size(): Promise<number>;
  /** Fills the buffer from this position on, less only at the end of the file. Gives the number of bytes. */
  read(buffer: Uint8Array, position: number): Promise<number>;
  /** Gives the number of bytes, which may be less than there were. */
  write(buffers: readonly Uint8Array[], position: number): Promise<number>;
  sync(): Promise<void>;
  truncate(bytes: number): Promise<void>;
  close(): Promise<void>;
}
