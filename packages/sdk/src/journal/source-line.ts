/**
 * The line of the author's code that is running now, for messages. Costs a
 * stack capture, so it is only asked for when a message is written.
 */
export function sourceLine(): string | undefined {
  return captureLine()();
}

/** The same, for later: the stack is kept, and only read when the line is asked for. */
export function captureLine(): () => string | undefined {
  const here = captureStack();
  return () => {
    const frames = toFrames(here.stack);
    const own = frames[0];
    if (own === undefined) return undefined;
    const ownRoot = toRoot(own);
    return frames.find((frame) => !isOwn(frame, ownRoot) && !isInternal(frame));
  };
}

/** The line of the author's code that an error comes from. */
export function lineOfError(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const own = toFrames(captureStack().stack)[0];
  if (own === undefined) return undefined;
  const ownRoot = toRoot(own);
  return toFrames(error.stack).find((frame) => !isOwn(frame, ownRoot) && !isInternal(frame));
}

/** Frames of our own stand in front of the author's; the usual ten may not reach far enough. */
const FRAMES_MAX = 50;

function captureStack(): Error {
  const limit: unknown = Reflect.get(Error, "stackTraceLimit");
  Reflect.set(Error, "stackTraceLimit", FRAMES_MAX);
  const here = new Error("here");
  Reflect.set(Error, "stackTraceLimit", limit);
  return here;
}

function toFrames(stack: string | undefined): string[] {
  const frames: string[] = [];
  for (const line of (stack ?? "").split("\n")) {
    const found = /(?:\(|at (?:async )?)((?:file:|\/|[a-zA-Z]:[\\/]|https?:)[^()\s]*:\d+:\d+)\)?$/.exec(
      line.trim(),
    );
    if (found?.[1] !== undefined) frames.push(found[1].replace(/^file:\/\//, ""));
  }
  return frames;
}

/** The folder of this package's own code: `src/` in the sources, `dist/` when built. */
function toRoot(frame: string): string {
  const file = frame.replace(/:\d+:\d+$/, "");
  const inSources = file.lastIndexOf("/journal/source-line.");
  if (inSources >= 0) return file.slice(0, inSources + 1);
  return file.slice(0, Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1);
}

/** Our own tests lie among the sources, and are authors too. */
function isOwn(frame: string, ownRoot: string): boolean {
  return frame.startsWith(ownRoot) && !frame.includes(".test.");
}

function isInternal(frame: string): boolean {
  return frame.startsWith("node:") || frame.includes("/node:internal/");
}
