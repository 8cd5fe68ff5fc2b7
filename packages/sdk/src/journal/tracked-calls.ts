import type { Delivery } from "./delivery.ts";

/** The calls that a cancellation is handed on to, by the completions that bring their invocation ids. */
export class TrackedCalls {
  readonly #delivery: Pick<Delivery, "invocationIdOf">;
  #calls: number[] = [];

  constructor(delivery: Pick<Delivery, "invocationIdOf">) {
    this.#delivery = delivery;
  }

  /** A call was made. */
  add(completionId: number): void {
    this.#calls.push(completionId);
  }

  /** The completions that have to come before all ids are known. */
  get missing(): readonly number[] {
    return this.#calls.filter((id) => this.#delivery.invocationIdOf(id) === undefined);
  }

  /** The calls since the last time, in the order in which they were made. */
  drain(): readonly number[] {
    const calls = this.#calls;
    this.#calls = [];
    return calls;
  }

  /** As {@link drain}, once nothing is missing. */
  drainIds(): readonly string[] {
    return this.drain().map((id) => this.#delivery.invocationIdOf(id) as string);
  }
}
