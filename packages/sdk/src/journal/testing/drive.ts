import { TerminalError } from "../../errors.ts";
import { isCommand } from "../../protocol/message-types.ts";
import type { Command, Message, NotificationResult, StartMessage } from "../../protocol/messages.ts";
import { Journal } from "../journal.ts";
import type { JournalOptions } from "../options.ts";
import { toFailure } from "../outcome.ts";

/**
 * Drives a bare journal in tests: messages in, messages out. Quiescence is a turn
 * of the event loop, and time stands still until a test moves it.
 */
export const NOW = 1_700_000_000_000;

export const INPUT: Command = { type: "Input", name: "", headers: [], value: new Uint8Array() };

export const VOID: NotificationResult = { type: "void" };

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function value(text: string): NotificationResult {
  return { type: "success", value: bytes(text) };
}

export const START: StartMessage = {
  type: "Start",
  id: new Uint8Array(24),
  debugId: "inv_test",
  knownEntries: 1,
  stateMap: [],
  partialState: false,
  key: "",
  retryCountSinceLastStoredEntry: 0,
  durationSinceLastStoredEntryMs: 0,
  randomSeed: 1n,
};

export interface DriveOptions {
  readonly version?: 5 | 6 | 7;
  readonly start?: Partial<StartMessage>;
  /** Entries behind the input. */
  readonly recorded?: readonly Message[];
  readonly explicitCancellation?: boolean;
  readonly comparePayloads?: boolean;
  readonly onMismatch?: JournalOptions["onMismatch"];
}

export type Body = (journal: Journal) => Promise<string | undefined>;

export class Driven {
  readonly journal: Journal;
  readonly warnings: string[] = [];
  readonly failures: unknown[] = [];
  nowMs: number = NOW;
  closed = false;
  #sent: Message[] = [];
  /** In how many pieces all that was sent so far has left. */
  writes = 0;
  #timers: (() => void)[] = [];
  #pendingSteps = 0;

  constructor(options: DriveOptions, body: Body) {
    this.journal = new Journal({
      start: { ...START, ...options.start },
      version: options.version ?? 6,
      target: "Shop/buy",
      explicitCancellation: options.explicitCancellation ?? false,
      comparePayloads: options.comparePayloads ?? true,
      onMismatch: options.onMismatch ?? "retry",
      effects: {
        send: (messages) => {
          this.writes += 1;
          this.#sent.push(...messages);
        },
        closed: () => {
          this.closed = true;
        },
        quiesce: (step) => {
          this.#pendingSteps += 1;
          setImmediate(() => {
            this.#pendingSteps -= 1;
            step();
          });
        },
        startTimer: (_delayMs, fire) => {
          this.#timers.push(fire);
          return () => {
            this.#timers = this.#timers.filter((one) => one !== fire);
          };
        },
        now: () => this.nowMs,
        failed: (error) => this.failures.push(error),
        advise: (message) => this.warnings.push(message),
      },
    });
    this.journal.load(INPUT);
    for (const entry of options.recorded ?? []) this.#receive(entry);
    this.journal.takeInput();
    this.journal.handlerStarted();
    body(this.journal).then(
      (text) => this.journal.finish({ type: "success", value: bytes(text ?? "") }),
      (error: unknown) => {
        if (error instanceof TerminalError)
          this.journal.finish({ type: "failure", failure: toFailure(error) });
        else this.journal.fail(error);
      },
    );
  }

  /** What was sent since the last time, once everything has come to rest. */
  async sent(): Promise<Message[]> {
    for (let quiet = 0; quiet < 3; quiet += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#pendingSteps > 0) quiet = 0;
    }
    const sent = this.#sent;
    this.#sent = [];
    return sent;
  }

  complete(completionId: number, result: NotificationResult): void {
    this.journal.receiveCompletion(completionId, result);
  }

  cancel(): void {
    this.journal.receiveSignal(1, VOID);
  }

  /** Lets the timers fire, in the order in which they were set. */
  fireTimers(): void {
    const timers = this.#timers;
    this.#timers = [];
    for (const fire of timers) fire();
  }

  get timers(): number {
    return this.#timers.length;
  }

  #receive(entry: Message): void {
    if (isCommand(entry)) this.journal.load(entry);
    else if (entry.type === "Completion") this.journal.receiveCompletion(entry.completionId, entry.result);
    else if (entry.type === "Signal") this.journal.receiveSignal(entry.signal, entry.result);
  }
}

export function sleepOf(completionId: number, name = ""): Message {
  return { type: "Sleep", name, completionId, wakeUpTimeMs: NOW + 10 };
}

export function completionOf(completionId: number, result: NotificationResult = VOID): Message {
  return { type: "Completion", kind: undefined, completionId, result };
}

export function outputOf(text: string): Message {
  return { type: "Output", name: "", result: { type: "success", value: bytes(text) } };
}

export const END: Message = { type: "End" };

/** A suspension on the given completions and the cancel signal. */
export function suspensionOf(completions: readonly number[], changes: object = {}): object {
  return {
    type: "Suspension",
    awaitingOn: {
      combinator: "firstCompleted",
      completions,
      signals: [1],
      namedSignals: [],
      nested: [],
      ...changes,
    },
  };
}

/** A call to `Bank/pay` that the journal's `call` makes. */
export function callTarget(): Parameters<Journal["call"]>[0] {
  return { service: "Bank", handler: "pay", key: "", parameter: bytes("1"), headers: [], name: "" };
}

export function decodeText(result: { type: string; value?: Uint8Array }): string {
  return new TextDecoder().decode(result.value);
}
