import { PauseError, RestateError, TerminalError } from "../errors.ts";
import type { Bytes, Outcome, RunCommand } from "../protocol/messages.ts";
import type { JournalInspector } from "./inspector.ts";
import { toFailure } from "./outcome.ts";
import { type RunFailures, type RunRetryPolicy, toRunRetry } from "./run-retry.ts";

/** A side effect whose result is recorded. */
export interface RunSpec<T> {
  readonly name: string;
  readonly action: () => T | Promise<T>;
  readonly serialize: (value: T) => Bytes;
  readonly deserialize: (bytes: Bytes) => T;
  readonly retry?: RunRetryPolicy | undefined;
  readonly asTerminalError?: ((error: unknown) => TerminalError | undefined) | undefined;
}

/** A run whose result the journal does not hold. */
export interface PendingRun {
  readonly command: RunCommand;
  readonly commandIndex: number;
  readonly spec: RunSpec<unknown>;
}

export interface RunFailed {
  readonly run: PendingRun;
  readonly error: unknown;
  readonly delayMs: number | undefined;
  readonly pause: boolean;
}

export interface RunsOwner {
  propose(run: PendingRun, result: Outcome): void;
  runFailed(failed: RunFailed): void;
  /** How often the run has failed, the failure of this moment included. */
  countFailures(): RunFailures;
}

/**
 * The closures of `ctx.run`.
 *
 * 1. A closure starts only when the journal says so: replay is over and nothing
 *    can be delivered. Closures start in call order, awaited or not, and run
 *    concurrently.
 * 2. A result is only proposed; it settles when the engine gives it back.
 */
export class Runs {
  readonly #owner: RunsOwner;
  readonly #around: JournalInspector["around"];
  #waiting: PendingRun[] = [];
  #executing = 0;
  #startingName: string | undefined;

  constructor(owner: RunsOwner, around: JournalInspector["around"]) {
    this.#owner = owner;
    this.#around = around;
  }

  /** Whether a closure is there that was not started yet. */
  get waiting(): boolean {
    return this.#waiting.length > 0;
  }

  get executing(): number {
    return this.#executing;
  }

  /** The run whose closure is in its synchronous part right now. */
  get startingName(): string | undefined {
    return this.#startingName;
  }

  add(run: PendingRun): void {
    this.#waiting.push(run);
  }

  /** Starts every closure that was not started yet. */
  start(): void {
    if (this.#waiting.length === 0) return;
    const due = this.#waiting;
    this.#waiting = [];
    for (const run of due) this.#execute(run);
  }

  #execute(run: PendingRun): void {
    this.#executing += 1;
    let result: unknown;
    const name = run.spec.name === "" ? "(unnamed)" : run.spec.name;
    this.#startingName = name;
    try {
      const { action } = run.spec;
      result = this.#around === undefined ? action() : this.#around({ type: "run", name }, action);
    } catch (error) {
      this.#failed(run, error);
      return;
    } finally {
      this.#startingName = undefined;
    }
    Promise.resolve(result).then(
      (value) => this.#succeeded(run, value),
      (error: unknown) => this.#failed(run, error),
    );
  }

  #succeeded(run: PendingRun, value: unknown): void {
    let bytes: Bytes;
    try {
      bytes = run.spec.serialize(value);
    } catch (cause) {
      this.#executing -= 1;
      const error = new RestateError(
        `The result of run "${run.spec.name}" cannot be serialized: ${cause instanceof Error ? cause.message : cause}`,
        { cause, hint: "Return what the run's serde accepts, or pass another serde in its options." },
      );
      this.#owner.runFailed({ run, error, delayMs: undefined, pause: false });
      return;
    }
    this.#propose(run, { type: "success", value: bytes });
  }

  #failed(run: PendingRun, thrown: unknown): void {
    let error = thrown;
    try {
      if (!(error instanceof TerminalError)) error = run.spec.asTerminalError?.(error) ?? error;
    } catch (fromMapper) {
      error = fromMapper;
    }
    if (error instanceof TerminalError) {
      this.#propose(run, { type: "failure", failure: toFailure(error) });
      return;
    }
    if (error instanceof PauseError) {
      this.#executing -= 1;
      this.#owner.runFailed({ run, error, delayMs: undefined, pause: true });
      return;
    }
    const retry = toRunRetry(run.spec.retry, this.#owner.countFailures(), error);
    if (retry.type === "giveUp") {
      this.#propose(run, { type: "failure", failure: toFailure(error) });
      return;
    }
    this.#executing -= 1;
    this.#owner.runFailed({ run, error, delayMs: retry.delayMs, pause: false });
  }

  #propose(run: PendingRun, result: Outcome): void {
    this.#executing -= 1;
    this.#owner.propose(run, result);
  }
}
