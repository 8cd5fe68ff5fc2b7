import type { Random } from "../determinism/random.ts";
import type { Attempt } from "./attempt.ts";
import type { SimulatedEngine } from "./engine.ts";
import type { Ledger } from "./ledger.ts";
import { failure, success } from "./values.ts";
import { require } from "./violation.ts";

interface Parts {
  readonly engine: SimulatedEngine;
  readonly ledger: Ledger;
  readonly random: Random;
  readonly faults: boolean;
}

/** Moves the attempts: their messages travel, their side effects happen, their connections break. */
export class Handlers {
  readonly #engine: SimulatedEngine;
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #effects = new Map<string, number>();
  /** Whether attempts fail, and are cut off, at random. */
  faults: boolean;

  constructor(parts: Parts) {
    this.#engine = parts.engine;
    this.#ledger = parts.ledger;
    this.#random = parts.random;
    this.faults = parts.faults;
  }

  act(): boolean {
    const [attempt, handler] = this.#random.pick([...this.#engine.attempts]) ?? [];
    if (attempt === undefined || handler === undefined) return false;
    if (this.faults && this.#random.chance(0.06)) this.#disturb(attempt, handler);
    else this.#move(attempt, handler);
    return true;
  }

  /** Whether some attempt had something to do. */
  settle(): boolean {
    for (const [attempt, handler] of this.#engine.attempts) {
      if (this.#move(attempt, handler)) return true;
    }
    return false;
  }

  #move(attempt: number, handler: Attempt): boolean {
    const { outbox, runToExecute: run } = handler;
    if (run !== undefined && (outbox.length === 0 || this.#random.chance(0.5))) {
      this.#execute(handler, run);
    } else if (outbox.length > 0) {
      this.#deliver(attempt, handler);
    } else if (!handler.isDone && (handler.isInputEnded || !this.faults || this.#random.chance(0.3))) {
      handler.suspend();
    } else {
      return false;
    }
    return true;
  }

  #deliver(attempt: number, handler: Attempt): void {
    const messages = this.#random.takeSome(handler.outbox);
    this.#engine.says(handler.started.invocationId, attempt, messages);
  }

  /** A side effect: seen from outside, and counted there. */
  #execute(handler: Attempt, run: NonNullable<Attempt["runToExecute"]>): void {
    const { invocationId } = handler.started;
    const { completionId, failures, terminal } = run;
    const life = this.#ledger.latest(invocationId);
    const isStored = life?.journal.some(
      ({ message }) => message.type === "Completion" && message.completionId === completionId,
    );
    require(life?.hasEnded === true || isStored !== true, () => {
      return `The side effect of run ${completionId} of ${invocationId} happens again, and its result is stored.`;
    });
    const id = `${invocationId} ${life?.number} ${completionId}`;
    const count = (this.#effects.get(id) ?? 0) + 1;
    this.#effects.set(id, count);
    if (count <= failures) {
      handler.fail(this.#random.chance(0.5) ? { nextRetryDelayMs: this.#random.below(200) } : {});
    } else {
      handler.propose(
        completionId,
        terminal ? failure(422, "declined") : success(`ran ${completionId}, time ${count}`),
      );
    }
  }

  #disturb(attempt: number, handler: Attempt): void {
    const random = this.#random;
    if (random.chance(0.5) && !handler.isDone) {
      handler.fail(random.chance(0.1) ? { behavior: random.pick(["pause", "fail"] as const) ?? "fail" } : {});
      return;
    }
    // The connection breaks: some of its last messages never arrive.
    const arrived = handler.outbox.splice(0, random.below(handler.outbox.length + 1));
    const { invocationId } = handler.started;
    if (arrived.length > 0) this.#engine.says(invocationId, attempt, arrived);
    this.#engine.attempts.delete(attempt);
    this.#engine.zombies.push({ attempt, handler });
    this.#engine.apply({
      type: "attemptFailed",
      nowMs: this.#engine.nowMs,
      invocationId,
      attempt,
      failure: { code: 500, message: "broken off" },
      nextRetryDelayMs: undefined,
      countsForHandler: random.chance(0.5),
      jitter: random.next(),
    });
  }

  /** Attempts that were broken off and don't know it go on talking; nobody may listen. */
  haunt(): void {
    const { zombies } = this.#engine;
    const zombie = this.#random.pick(zombies);
    if (zombie === undefined) return;
    const { attempt, handler } = zombie;
    if (!handler.isDone && handler.outbox.length === 0) handler.suspend();
    if (handler.outbox.length === 0) {
      zombies.splice(zombies.indexOf(zombie), 1);
      return;
    }
    this.#deliver(attempt, handler);
    const said = this.#engine.inFlight.at(-1);
    const count = (said?.writes.length ?? 0) + (said?.effects.length ?? 0);
    require(count === 0, () => `Attempt ${attempt} was broken off, and what it says counts.`);
  }
}
