import { type Message, TransientMap } from "@perdure/sdk/internal";
import type { Invoker, RunningAttempt } from "../invoker/invoker.ts";
import type { Registry } from "../registry/registry.ts";
import type { StartAttemptEffect } from "../state-machine/effects.ts";
import type { EngineEvent } from "../state-machine/events.ts";
import type { Surroundings } from "./surroundings.ts";

export interface AttemptsOptions {
  readonly invoker: Invoker;
  readonly registry: Registry;
  readonly surroundings: Surroundings;
  /** Takes what attempts say. */
  readonly apply: (event: EngineEvent, stored?: () => void) => void;
}

/** The attempts that the state machine has asked for, by their numbers, until it has done with them. */
export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #running = new TransientMap<number, RunningAttempt>();

  constructor(options: AttemptsOptions) {
    this.#options = options;
  }

  start(effect: StartAttemptEffect): void {
    const { invoker, registry } = this.#options;
    const { attempt, deploymentId, target } = effect;
    const deployment = registry.deployment(deploymentId);
    const handler = registry.handlerAt(deploymentId, target.service, target.handler);
    if (deployment === undefined || handler === undefined) {
      this.#failed(effect, {
        failure: {
          code: 500,
          message: `The deployment ${deploymentId} is not there any more.`,
          restateCode: "RT0011",
        },
        nextRetryDelayMs: undefined,
        countsForHandler: false,
      });
      return;
    }
    const running = invoker.start(
      {
        invocationId: effect.invocationId,
        attempt,
        deployment,
        handler,
        target,
        version: effect.protocolVersion,
        start: effect.start,
        entries: effect.entries.map(({ message }) => message),
      },
      {
        started: () => {},
        messages: (messages, stored) => {
          if (this.#running.has(attempt)) this.#said(effect, messages, stored);
        },
        failed: (failure, { nextRetryDelayMs, countsForHandler }) => {
          if (this.#take(attempt) === undefined) return;
          this.#failed(effect, { failure, nextRetryDelayMs, countsForHandler });
        },
      },
    );
    this.#running.set(attempt, running);
  }

  feed(attempt: number, message: Message): void {
    this.#running.get(attempt)?.feed(message);
  }

  endInput(attempt: number): void {
    this.#running.get(attempt)?.endInput();
  }

  finish(attempt: number): void {
    this.#take(attempt)?.finish();
  }

  abort(attempt: number, reason: string): void {
    this.#take(attempt)?.abort(reason);
  }

  abortAll(reason: string): void {
    for (const attempt of this.#running.values()) attempt.abort(reason);
    this.#running.clear();
  }

  #take(attempt: number): RunningAttempt | undefined {
    const running = this.#running.get(attempt);
    this.#running.delete(attempt);
    return running;
  }

  #said(
    { invocationId, attempt }: StartAttemptEffect,
    messages: readonly Message[],
    stored: (() => void) | undefined,
  ): void {
    const { surroundings, apply } = this.#options;
    const event: EngineEvent = {
      type: "attemptMessages",
      nowMs: surroundings.now(),
      invocationId,
      attempt,
      messages,
      entropy: () => surroundings.entropy(invocationId),
      jitter: surroundings.random(),
    };
    if (stored === undefined) apply(event);
    else {
      apply(event, () => {
        if (this.#running.has(attempt)) stored();
      });
    }
  }

  #failed(
    { invocationId, attempt }: StartAttemptEffect,
    how: Pick<
      Extract<EngineEvent, { type: "attemptFailed" }>,
      "failure" | "nextRetryDelayMs" | "countsForHandler"
    >,
  ): void {
    const { surroundings, apply } = this.#options;
    apply({
      type: "attemptFailed",
      nowMs: surroundings.now(),
      invocationId,
      attempt,
      ...how,
      jitter: surroundings.random(),
    });
  }
}
