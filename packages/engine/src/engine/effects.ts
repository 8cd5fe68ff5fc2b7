import type { Effect } from "../state-machine/effects.ts";
import type { Attempts } from "./attempts.ts";
import type { Steps } from "./steps.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Timers } from "./timers.ts";
import { toAnswer, type Waiters } from "./waiters.ts";

export interface EffectsOptions {
  readonly steps: Steps;
  readonly attempts: Attempts;
  readonly timers: Timers;
  readonly waiters: Waiters;
  readonly surroundings: Surroundings;
}

/** Carries out what the state machine asks for. */
export class Effects {
  readonly #options: EffectsOptions;

  constructor(options: EffectsOptions) {
    this.#options = options;
  }

  carryOut(effect: Effect): void {
    const { steps, attempts, timers, waiters } = this.#options;
    switch (effect.type) {
      case "startAttempt":
        attempts.start(effect);
        break;
      case "feed":
        attempts.feed(effect.attempt, effect.message);
        break;
      case "finishAttempt":
        attempts.finish(effect.attempt);
        break;
      case "abortAttempt":
        attempts.abort(effect.attempt, effect.reason);
        break;
      case "endInput":
        attempts.endInput(effect.attempt);
        break;
      case "setTimer":
        timers.set(effect.timer, effect.atMs);
        break;
      case "clearTimer":
        timers.clear(effect.timer);
        break;
      case "accepted": {
        const { waiterId, invocationId, status, executeAtMs } = effect;
        waiters.accepted(waiterId, { invocationId, status, executeAtMs });
        break;
      }
      case "answer":
        this.#answer(effect).catch((error: unknown) => steps.fail(error));
        break;
      case "loadResult":
        this.#loadResult(effect).catch((error: unknown) => steps.fail(error));
        break;
    }
  }

  async #answer(effect: Extract<Effect, { type: "answer" }>): Promise<void> {
    const { steps, waiters } = this.#options;
    const answered = waiters.takeAnswered(effect.waiterId);
    if (answered === undefined) return;
    const { invocationId, expiresAtMs } = effect;
    if (effect.result === "notFound") {
      answered({ type: "notFound", invocationId });
      return;
    }
    if (effect.result !== "fromArchive") {
      answered(toAnswer({ ...effect, result: effect.result, stacktrace: effect.stacktrace }));
      return;
    }
    const archive = await steps.readArchive(invocationId);
    if (archive === undefined) answered({ type: "notFound", invocationId });
    else answered(toAnswer({ ...archive, invocationId, expiresAtMs, target: archive.facts.target }));
  }

  async #loadResult(effect: Extract<Effect, { type: "loadResult" }>): Promise<void> {
    const { steps, surroundings } = this.#options;
    const { invocationId, callerId, completionId } = effect;
    const archive = await steps.readArchive(invocationId);
    if (steps.stopped) return;
    steps.apply({
      type: "resultLoaded",
      nowMs: surroundings.now(),
      invocationId,
      callerId,
      completionId,
      result: archive?.result,
    });
  }
}
