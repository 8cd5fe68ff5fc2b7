/**
 * What a handler did that a replay may not repeat.
 *
 * - `insideRun`: `ctx` was used inside the closure of a `ctx.run`, behind its first await too.
 * - `afterEnd`: `ctx` was used by code that went on after the handler had ended.
 * - `neverAwaited`: the handler ended, and nobody ever awaited a run, a sleep or another wait of its own.
 * - `unusedResult`: the same for a call. That is legal, and its failure goes unseen.
 * - `foreignStep`: a step was issued by code that something else than `ctx` had resumed, while
 *   another branch was waiting for `ctx`.
 * - `time`, `chance`, `timer`, `fetch`: the clock, random numbers, timers or the network were used
 *   in handler code outside of a run.
 */
export type MisuseKind =
  | "insideRun"
  | "afterEnd"
  | "neverAwaited"
  | "unusedResult"
  | "foreignStep"
  | "time"
  | "chance"
  | "timer"
  | "fetch";

/** One misuse, at one line, in one invocation. */
export interface Misuse {
  readonly kind: MisuseKind;
  /** What happened, where, and what to do instead. */
  readonly message: string;
  /** `file:line:column` of the call in the author's code; `undefined` when it can't be told. */
  readonly line: string | undefined;
  /** `service/handler` */
  readonly handler: string;
  readonly invocationId: string;
}

/**
 * What becomes of a misuse.
 *
 * - `error`: the invocation fails, and closing the engine rejects unless the list was read.
 * - `warn`: it is listed and told.
 * - `off`: nothing.
 */
export type MisuseLevel = "error" | "warn" | "off";

/** What is made of misuse. With none of these, all is listed and told by `console.warn`. */
export interface MisuseOptions {
  /** What becomes of each kind. `warn` when absent, `error` when strict. */
  readonly rules?: Readonly<Partial<Record<MisuseKind, MisuseLevel>>> | undefined;
  /** What is allowed, though it looks like misuse; asked before anything becomes of it. */
  readonly allow?: ((misuse: Misuse) => boolean) | undefined;
  /** Is told of each misuse, instead of `console.warn`; once for a line and an engine. */
  readonly onMisuse?: ((misuse: Misuse) => void) | undefined;
}
