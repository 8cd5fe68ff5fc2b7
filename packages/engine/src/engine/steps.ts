import { EngineError } from "../engine-api.ts";
import { decodeArchive } from "../state-machine/archive-codec.ts";
import type { Effect } from "../state-machine/effects.ts";
import type { EngineEvent } from "../state-machine/events.ts";
import { archivedJournalKey, archiveKey } from "../state-machine/keys.ts";
import type { StateMachine } from "../state-machine/machine.ts";
import type { Archive } from "../state-machine/records.ts";
import type { Step } from "../state-machine/step.ts";
import type { CommitOptions, Store } from "../store/store.ts";

export interface StepsOptions {
  readonly machine: StateMachine;
  readonly store: Store;
  readonly carryOut: (effect: Effect) => void;
  /** The store failed; called once. */
  readonly failed: (error: EngineError) => void;
}

const UNAVAILABLE_STATUS = 503;

/**
 * Takes events through the state machine and the store to their effects.
 *
 * 1. Events are applied one after another, in memory, at once. The writes of each
 *    are committed, and its effects are carried out when they are durable, in the
 *    order of the events.
 * 2. When the store fails, nothing is accepted any more, and what was not durable
 *    is never acted upon.
 */
export class Steps {
  readonly #options: StepsOptions;
  #failure: EngineError | undefined;
  #closed = false;

  constructor(options: StepsOptions) {
    this.#options = options;
  }

  /** Whether events are refused, because the store failed or the engine closes. */
  get stopped(): boolean {
    return this.#closed || this.#failure !== undefined;
  }

  requireWorking(): void {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closed) throw engineClosed();
  }

  /**
   * Whoever waits for what comes of it is told by an effect, or that the store
   * failed. `stored` is called after the effects.
   */
  apply(event: EngineEvent, stored?: () => void): void {
    this.requireWorking();
    const step = this.#options.machine.apply(event);
    const canWait = stored === undefined && step.effects.every(isIdle);
    this.commit(step, { canWait }).then(stored, () => {
      // `failed` has told everyone who waits.
    });
  }

  /** Resolves when the event's writes are durable. */
  async applyDurably(event: EngineEvent): Promise<unknown> {
    this.requireWorking();
    const step = this.#options.machine.apply(event);
    await this.commit(step);
    return step.outcome;
  }

  async commit({ writes, effects }: Step, options?: CommitOptions): Promise<void> {
    try {
      await this.#options.store.commit(writes, options);
    } catch (error) {
      this.fail(error);
      throw this.#failure;
    }
    if (this.#closed) return;
    for (const effect of effects) this.#options.carryOut(effect);
  }

  /** Rule 2. */
  fail(cause: unknown): void {
    if (this.#failure !== undefined) return;
    const message = cause instanceof Error ? cause.message : String(cause);
    this.#failure = new EngineError(`The engine takes no requests, as it cannot store them: ${message}`, {
      status: UNAVAILABLE_STATUS,
      cause,
    });
    this.#options.failed(this.#failure);
  }

  async readArchiveAndJournal(invocationId: string): Promise<Archive | undefined> {
    const { store } = this.#options;
    const [bytes, journal] = await Promise.all([
      store.read(archiveKey(invocationId)),
      store.read(archivedJournalKey(invocationId)),
    ]);
    return bytes === undefined ? undefined : decodeArchive(bytes, journal);
  }

  /** Its journal is left out where that is stored apart. */
  async readArchive(invocationId: string): Promise<Archive | undefined> {
    const bytes = await this.#options.store.read(archiveKey(invocationId));
    return bytes === undefined ? undefined : decodeArchive(bytes);
  }

  /** No event is taken and no effect carried out from now on. */
  close(): void {
    this.#closed = true;
  }
}

/** Nobody waits for it. */
function isIdle(effect: Effect): boolean {
  return effect.type === "accepted" && !effect.isAwaited;
}

export function engineClosed(): EngineError {
  return new EngineError("The engine is closed.", { status: UNAVAILABLE_STATUS });
}
