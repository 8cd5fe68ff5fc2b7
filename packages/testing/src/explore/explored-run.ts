/** An invocation of a run, as far as it can be compared between runs. */
export interface ExploredInvocation {
  /** `service/handler` or `service/key/handler`. */
  readonly target: string;
  /** JSON where it is that; text or base64 otherwise. */
  readonly input: unknown;
  readonly outcome:
    | { readonly type: "succeeded"; readonly value: unknown }
    | { readonly type: "failed"; readonly code: number; readonly message: string }
    | { readonly type: "notEnded" }
    /** It has ended, and its retention was over when the run was. */
    | { readonly type: "forgotten" };
}

/** What came of one run of a scenario. */
export interface ExploredRun<Result = unknown, Effects = unknown> {
  /** What was done to it; empty for the undisturbed one. */
  readonly schedule: string;
  /** What the scenario has returned; `undefined` when it threw. */
  readonly result: Result | undefined;
  /** What the scenario has thrown, if it did: only where something was cancelled. */
  readonly error: unknown;
  readonly effects: Effects;
  /** The state of all objects and workflows in the end, by `service/key`. */
  readonly state: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** All that ran or is to run, in the order of their targets. */
  readonly invocations: readonly ExploredInvocation[];
  /** The targets that were cancelled. */
  readonly cancelled: readonly string[];
}
