import { type Outcome, TransientMap } from "@perdure/sdk/internal";
import type { Accepted, Answer } from "../engine-api.ts";

/** A client that waits to hear that its invocation was taken in, or how it ended. */
export interface Waiter {
  readonly accepted?: (accepted: Accepted) => void;
  readonly answered?: (answer: Answer) => void;
  readonly failed: (error: Error) => void;
}

/** The clients that wait, by the numbers under which the state machine knows them. Each is told once. */
export class Waiters {
  readonly #waiters = new TransientMap<number, Waiter>();
  #nextId = 1;

  add(waiter: Waiter): number {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#waiters.set(id, waiter);
    return id;
  }

  /** It does not wait any more. */
  delete(id: number): void {
    this.#waiters.delete(id);
  }

  /** Those that want the result are not told of this, and go on waiting. */
  accepted(id: number, accepted: Accepted): void {
    const tell = this.#waiters.get(id)?.accepted;
    if (tell === undefined) return;
    this.#waiters.delete(id);
    tell(accepted);
  }

  /** The way to tell it the result, if it still waits for that. */
  takeAnswered(id: number): ((answer: Answer) => void) | undefined {
    const tell = this.#waiters.get(id)?.answered;
    if (tell !== undefined) this.#waiters.delete(id);
    return tell;
  }

  failAll(error: Error): void {
    for (const waiter of this.#waiters.values()) waiter.failed(error);
    this.#waiters.clear();
  }
}

export function toAnswer(end: {
  readonly invocationId: string;
  readonly result: Outcome;
  readonly stacktrace: string | undefined;
  readonly expiresAtMs: number | undefined;
  readonly target: { readonly service: string; readonly handler: string };
}): Answer {
  const { invocationId, result, stacktrace, expiresAtMs, target } = end;
  if (result.type === "failure") {
    return { type: "failure", invocationId, failure: result.failure, stacktrace, expiresAtMs };
  }
  const { service, handler } = target;
  return { type: "success", invocationId, value: result.value, expiresAtMs, target: { service, handler } };
}
