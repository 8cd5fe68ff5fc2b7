/** The calls that a cancellation is handed on to, by the completions that bring their invocation ids. */
export class TrackedCalls {
  #calls: number[] = [];
  readonly #invocationIds = new Map<number, string>();

  /** A call was made. */
  add(completionId: number): void {
    this.#calls.push(completionId);
  }

  learn(completionId: number, invocationId: string): void {
    this.#invocationIds.set(completionId, invocationId);
  }

  /** The completions that have to come before all ids are known. */
  get missing(): readonly number[] {
    return this.#calls.filter((id) => !this.#invocationIds.has(id));
  }

  /** The calls since the last time, in the order in which they were made. */
  drain(): readonly number[] {
    const calls = this.#calls;
    this.#calls = [];
    return calls;
  }

  /** As {@link drain}, once nothing is missing. */
  drainIds(): readonly string[] {
    return this.drain().map((id) => this.#invocationIds.get(id) as string);
  }
}
