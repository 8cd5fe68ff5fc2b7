import type { Target } from "@perdure/engine/internal";
import { type Command, isCommand, type Message, type Outcome } from "@perdure/sdk/internal";
import { sayMessage } from "./chronicle.ts";

/** One invocation, as far as its attempts have shown it. */
export class Subject {
  readonly id: string;
  readonly target: Target;
  /** How-manieth it was that ran, from 1. */
  readonly number: number;
  readonly input: Uint8Array;
  /** Journal entries that are stored: the number of the next one. */
  entries = 0;
  /** Results of runs that it has proposed. */
  runs = 0;
  /** How often its code came to rest, waiting for something durable. */
  waits = 0;
  outcome: Outcome | undefined;
  readonly #steps = new Map<number, Command>();

  constructor(options: Pick<Subject, "id" | "target" | "number" | "input">) {
    this.id = options.id;
    this.target = options.target;
    this.number = options.number;
    this.input = options.input;
  }

  /** The handler has said this, and it is stored. */
  said(message: Message): void {
    if (!isCommand(message)) return;
    if ("completionId" in message) this.#steps.set(message.completionId, message);
    if (message.type === "Call" || message.type === "OneWayCall") {
      this.#steps.set(message.invocationIdCompletionId, message);
    }
    if (message.type === "Output") this.outcome = message.result;
  }

  /** What a completion completes, in words. */
  stepOf(message: Message): string | undefined {
    if (message.type !== "Completion" && message.type !== "ProposeRunCompletion") return undefined;
    const command = this.#steps.get(message.completionId);
    return command === undefined ? undefined : sayMessage(command);
  }
}
