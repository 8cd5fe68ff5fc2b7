/**
 * Where the frames of a stack stand, and whose code they are. Reads `stack` texts as
 * they are, so that source maps of the runtime or of a test runner are respected.
 */

/** The places of a stack as `file:line:column`, the innermost first. */
export function toFrames(stack: string | undefined): string[] {
  const frames: string[] = [];
  for (const line of (stack ?? "").split("\n")) {
    const frame = toFrame(line.trim());
    if (frame !== undefined) frames.push(frame);
  }
  return frames;
}

/** Of `at name (place)` and `at place`. Builtins, which stand nowhere, are no frames. */
function toFrame(line: string): string | undefined {
  if (!line.startsWith("at ")) return undefined;
  const open = line.endsWith(")") ? line.indexOf(" (") : -1;
  const place = open < 0 ? line.slice("at ".length).replace(/^async /, "") : line.slice(open + 2, -1);
  return /^(?:file:|node:|https?:|\/|[a-zA-Z]:[\\/]).*:\d+:\d+$/.test(place) ? toPath(place) : undefined;
}

function toPath(place: string): string {
  return place.replace(/^file:\/\/(?:\/(?=[a-zA-Z]:))?/, "");
}

/** The author's own code: no library, not the runtime, nothing of ours. */
export function isAuthorFrame(frame: string): boolean {
  return !isOwnFrame(frame) && !isRuntimeFrame(frame) && !/[\\/]node_modules[\\/]/.test(frame);
}

/** The first frame of the author's own code, else of a library that stands on ours. */
export function findAuthorFrame(frames: readonly string[]): string | undefined {
  return frames.find(isAuthorFrame) ?? frames.find((frame) => !isOwnFrame(frame) && !isRuntimeFrame(frame));
}

function isRuntimeFrame(frame: string): boolean {
  return frame.startsWith("node:") || frame.includes("/node:internal/");
}

/** Of this package, or of the packages that stand beside it. Our tests lie among the sources, and are authors too. */
function isOwnFrame(frame: string): boolean {
  const { folder, siblings } = findOwn();
  if (folder === undefined) return false;
  const root = siblings.find((sibling) => frame.startsWith(sibling)) ?? folder;
  return frame.startsWith(root) && !/(?:^|\/)testing\/|\.test\./.test(frame.slice(root.length));
}

interface OwnPlaces {
  /** `src/` in the sources, `dist/` when built; `undefined` where stacks are not as we know them. */
  readonly folder: string | undefined;
  readonly siblings: readonly string[];
}

let own: OwnPlaces | undefined;

function findOwn(): OwnPlaces {
  own ??= toOwn(toFrames(new Error("here").stack)[0]);
  return own;
}

function toOwn(frame: string | undefined): OwnPlaces {
  if (frame === undefined) return { folder: undefined, siblings: [] };
  const file = frame.replace(/:\d+:\d+$/, "");
  const inSources = file.lastIndexOf("/journal/frames.");
  const end = inSources >= 0 ? inSources : Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\"));
  const folder = file.slice(0, end + 1);
  const packages = /^(.*[\\/])sdk[\\/](?:src|dist)[\\/]$/.exec(folder)?.[1];
  const siblings =
    packages === undefined
      ? []
      : ["sdk", "engine", "testing"].flatMap((name) => [
          `${packages}${name}/src/`,
          `${packages}${name}/dist/`,
        ]);
  return { folder, siblings };
}
