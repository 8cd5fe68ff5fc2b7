/** That a folder belongs to this process, until it is given back. */
export interface FolderLock {
  release(): Promise<void>;
}
