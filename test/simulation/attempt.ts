import {
  type AwaitTree,
  CANCEL_SIGNAL,
  type Command,
  FIRST_AWAKEABLE_SIGNAL,
  type Message,
  type Notification,
  type NotificationResult,
  type Outcome,
} from "@perdure/sdk/internal";
import type { StartAttemptEffect } from "../../packages/engine/src/state-machine/effects.ts";
import { interpret } from "./interpret.ts";
import type { Program } from "./program.ts";
import { findDifference, toText } from "./values.ts";
import { require } from "./violation.ts";

/** What a handler waits for: any of these. */
export interface Wait {
  readonly completions: readonly number[];
  readonly signals: readonly number[];
  /** A side effect that has to be carried out first, if nothing is recorded of it. */
  readonly run?: { readonly completionId: number; readonly failures: number; readonly terminal: boolean };
}

/** What an await is answered with when the invocation was cancelled. */
export class Canceled extends Error {}

/** What of an attempt's start a handler needs. */
export type Started = Pick<StartAttemptEffect, "invocationId" | "target" | "entries" | "protocolVersion"> & {
  readonly start: Pick<StartAttemptEffect["start"], "id" | "stateMap" | "partialState">;
};

/**
 * One attempt: the smallest SDK that keeps to sections 3.2 to 3.10 of the protocol
 * for sequential handlers.
 *
 * 1. Commands are matched with the recorded ones, and sent when there are none left.
 * 2. Notifications are taken one at a time, in the order in which they came.
 * 3. It says nothing of its own accord: the scheduler moves it, and delivers its outbox.
 */
export class Attempt {
  readonly started: Started;
  readonly nowMs: () => number;
  readonly outbox: Message[] = [];
  /** The last message is in the outbox. */
  isDone = false;
  isInputEnded = false;
  blockedOn: Wait | undefined;
  outcome: Outcome | undefined;
  /** A name's value as far as it is known; `undefined` as a whole: none is. */
  readonly state: Map<string, Uint8Array> | undefined;
  nextCompletion = 1;
  nextSignal: number = FIRST_AWAKEABLE_SIGNAL;
  readonly #body: Generator<Wait, Outcome, void>;
  readonly #recorded: Command[] = [];
  readonly #pending: Notification[] = [];
  readonly #ready = new Map<string, NotificationResult>();
  readonly #proposed = new Map<number, Outcome>();
  #cancels = 0;
  #reported: Wait | undefined;

  constructor(started: Started, nowMs: () => number) {
    this.started = started;
    this.nowMs = nowMs;
    const { stateMap, partialState } = started.start;
    this.state = partialState ? undefined : new Map(stateMap.map(({ key, value }) => [toText(key), value]));
    const [input, ...rest] = started.entries.map(({ message }) => message);
    require(input?.type === "Input", () => `The journal of ${started.invocationId} has no input.`);
    for (const message of rest) {
      if (message.type === "Completion" || message.type === "Signal") this.#pending.push(message);
      else this.#recorded.push(message);
    }
    const program = JSON.parse(toText(input.value)) as Program;
    this.#body = interpret(this, program);
  }

  /** Goes as far as it can. */
  move(): void {
    const next = this.#body.next();
    if (next.done) {
      this.outcome = next.value;
      this.issue({ type: "Output", name: "", result: next.value });
      this.#close({ type: "End" });
    } else {
      this.blockedOn = next.value;
      require(this.#recorded.length === 0, () => {
        return `The journal of ${this.started.invocationId} lacks what its handler had waited for: ${JSON.stringify(next.value)}`;
      });
      this.#report(next.value);
    }
  }

  /** From version 7 on the engine is told what is waited for, once. */
  #report(wait: Wait): void {
    if (this.started.protocolVersion < 7 || this.isInputEnded || wait === this.#reported) return;
    this.#reported = wait;
    const executingSideEffects = wait.run !== undefined;
    this.outbox.push({ type: "AwaitingOn", awaitingOn: toAwaitTree(wait), executingSideEffects });
  }

  feed(message: Message): void {
    if (this.isDone) return;
    if (message.type === "ProposeRunCompletionAck") {
      const { completionId } = message;
      const result = this.#proposed.get(completionId);
      require(result !== undefined, () => `A run was acknowledged that was not proposed: ${completionId}`);
      this.#pending.push({ type: "Completion", kind: "Run", completionId, result });
    } else if (message.type === "Completion" || message.type === "Signal") {
      this.#pending.push(message);
    }
    this.move();
  }

  /** The side effect that can be carried out now. */
  get runToExecute(): Wait["run"] {
    const run = this.isDone ? undefined : this.blockedOn?.run;
    return run === undefined || this.#proposed.has(run.completionId) ? undefined : run;
  }

  propose(completionId: number, result: Outcome): void {
    this.#proposed.set(completionId, result);
    this.outbox.push({ type: "ProposeRunCompletion", completionId, result });
  }

  suspend(): void {
    this.#close({ type: "Suspension", awaitingOn: toAwaitTree(this.blockedOn) });
  }

  fail(options: { nextRetryDelayMs?: number; behavior?: "retry" | "pause" | "fail" } = {}): void {
    this.#close({ type: "Error", code: 500, message: "broken", stacktrace: "", ...options });
  }

  #close(last: Message): void {
    this.outbox.push(last);
    this.isDone = true;
    this.blockedOn = undefined;
  }

  // ---------------------------------------------------------------- for the handler

  /** Sends a command, or gives the recorded one in its place. Rule 1. */
  issue<C extends Command>(command: C): C {
    const recorded = this.#recorded.shift();
    if (recorded === undefined) {
      this.outbox.push(command);
      return command;
    }
    const difference = findDifference(toCompared(recorded), toCompared(command));
    require(difference === undefined, () => {
      return `The journal of ${this.started.invocationId} is not what its handler did: ${difference}`;
    });
    return recorded as C;
  }

  takeCompletion(): number {
    this.nextCompletion += 1;
    return this.nextCompletion - 1;
  }

  /** Rule 2. */
  *wait(wait: Wait): Generator<Wait, NotificationResult, void> {
    for (;;) {
      if (this.#cancels > 0) {
        this.#cancels -= 1;
        throw new Canceled();
      }
      const result = this.#find(wait);
      if (result !== undefined) return result;
      const next = this.#pending.shift();
      if (next === undefined) yield wait;
      else this.#take(next);
    }
  }

  /** Waits for what always comes at once, also while a cancellation is on its way. */
  *waitForId(completionId: number): Generator<Wait, NotificationResult, void> {
    const wait = { completions: [completionId], signals: [] };
    for (;;) {
      const result = this.#find(wait);
      if (result !== undefined) return result;
      const next = this.#pending.shift();
      if (next === undefined) yield wait;
      else this.#take(next);
    }
  }

  #find({ completions, signals }: Wait): NotificationResult | undefined {
    for (const id of completions) {
      const result = this.#ready.get(`c${id}`);
      if (result !== undefined) return result;
    }
    for (const signal of signals) {
      const result = this.#ready.get(`s${signal}`);
      if (result !== undefined) return result;
    }
    return undefined;
  }

  #take(notification: Notification): void {
    if (notification.type === "Signal" && notification.signal === CANCEL_SIGNAL) {
      this.#cancels += 1;
      return;
    }
    const id = notification.type === "Signal" ? `s${notification.signal}` : `c${notification.completionId}`;
    if (!this.#ready.has(id)) this.#ready.set(id, notification.result);
  }
}

function toAwaitTree(wait: Wait | undefined): AwaitTree {
  const { completions = [], signals = [] } = wait ?? {};
  return {
    combinator: "firstCompleted",
    completions,
    signals: [...signals, CANCEL_SIGNAL],
    namedSignals: [],
    nested: [],
  };
}

/** What a replay compares. Protocol section 3.3. */
function toCompared(command: Command): unknown {
  switch (command.type) {
    case "Sleep":
      return { type: command.type, name: command.name };
    case "OneWayCall":
      return { ...command, invokeTimeMs: 0 };
    case "GetEagerState":
      return { type: command.type, key: command.key };
    case "GetEagerStateKeys":
      return { type: command.type };
    default:
      return command;
  }
}
