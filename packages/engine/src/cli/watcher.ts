import { basename, dirname, extname } from "node:path";
import { watch } from "chokidar";

/** What an application is made of. Other files may be its data. */
const SOURCES = new Set([".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx", ".json"]);

/** How long it has to be quiet after a change: editors and compilers write more than one file. */
const SETTLE_MS = 100;

/** Sees that files change. */
export interface Watcher {
  /** Resolves once it sees every change from now on. */
  readonly ready: Promise<void>;
  /** Resolves with a changed file after the next change; with one that nobody has asked for yet, at once. */
  changed(): Promise<string>;
  close(): Promise<void>;
}

/** Whether a path is left out: what is installed, hidden, or no source. */
export function isIgnored(path: string, isFile: boolean): boolean {
  const name = basename(path);
  if (name === "node_modules") return true;
  if (!isFile) return name.startsWith(".") && name !== "." && name !== "..";
  return !SOURCES.has(extname(name)) && !name.startsWith(".env");
}

/** Watches the folder of a file, with all folders in it, and other paths. */
export function watchSources(file: string, others: readonly string[]): Watcher {
  const roots = new Set([dirname(file), ...others]);
  const watcher = watch([...roots], {
    ignoreInitial: true,
    // What was named is never left out.
    ignored: (path, stats) => !roots.has(path) && stats !== undefined && isIgnored(path, stats.isFile()),
  });
  let seen: string | undefined;
  let tell: ((path: string) => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  watcher.on("all", (event, path) => {
    if (event === "addDir" || event === "unlinkDir") return;
    seen = path;
    clearTimeout(timer);
    timer = setTimeout(settle, SETTLE_MS);
  });
  const settle = (): void => {
    if (tell === undefined || seen === undefined) return;
    tell(seen);
    tell = undefined;
    seen = undefined;
  };
  return {
    ready: new Promise((resolve) => watcher.once("ready", () => resolve())),
    changed: () =>
      new Promise((resolve) => {
        tell = resolve;
        clearTimeout(timer);
        timer = setTimeout(settle, SETTLE_MS);
      }),
    async close() {
      clearTimeout(timer);
      await watcher.close();
    },
  };
}

/** Sees nothing, ever. */
export const NO_WATCHER: Watcher = {
  ready: Promise.resolve(),
  changed: () => new Promise(() => {}),
  close: async () => {},
};
