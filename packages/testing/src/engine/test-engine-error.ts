/**
 * Why a test engine cannot go on.
 *
 * - `busy`: a handler does not come to rest: it waits for something that is not of `ctx`, or for a run.
 * - `endless`: there is always another timer, as far as it was looked.
 * - `paused`: an invocation failed too often, or its retry policy has paused it.
 * - `misused`: the call itself makes no sense.
 * - `realTime`: the time was to be moved on a real server, where nobody can.
 */
export type TestEngineProblem = "busy" | "endless" | "paused" | "misused" | "realTime";

/** A test engine cannot do what it was asked. The message says why, and what is still running. */
export class TestEngineError extends Error {
  override name = "TestEngineError";
  readonly code: TestEngineProblem;
  readonly hint: string;

  constructor(code: TestEngineProblem, message: string, hint: string) {
    super(`${message}\nHint: ${hint}`);
    this.code = code;
    this.hint = hint;
  }
}
