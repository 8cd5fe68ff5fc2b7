import { findAuthorFrame, toFrames } from "./frames.ts";

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
  return () => findAuthorFrame(toFrames(here.stack));
}

/** The line of the author's code that an error comes from. */
export function lineOfError(error: unknown): string | undefined {
  return error instanceof Error ? findAuthorFrame(toFrames(error.stack)) : undefined;
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
