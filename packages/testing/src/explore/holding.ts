import { isCommand, type Message } from "@perdure/sdk/internal";
import type { Happening } from "./chronicle.ts";
import { formatFault, type Schedule } from "./schedule.ts";

/**
 * Holds back what attempts say, and lets it through one by one, in an order that
 * the schedule chooses.
 *
 * 1. What one attempt says keeps its order, but for the results of runs: they may
 *    come behind what was said after them, up to the attempt's end, and in any order.
 * 2. Nothing is let through before everything else is at rest. So an order is
 *    given by the choices alone.
 */
export interface HoldingOptions {
  readonly schedule: Schedule;
  /** Whether timers take part: the next one may go before what is held. */
  readonly timers: boolean;
  /** When the next timer is due, and what fires it. */
  readonly nextTimerAtMs: () => number | undefined;
  readonly fireTimer: () => void;
  /** Resolves when nothing happens any more but what is held. */
  readonly rest: () => Promise<void>;
  readonly note: (happening: Happening) => void;
}

/** What an attempt has said in one go. */
export interface Said {
  readonly invocationId: string;
  readonly number: number;
  readonly messages: readonly Message[];
  readonly deliver: (messages: readonly Message[]) => void;
  readonly say: (message: Message) => string;
}

interface Item {
  readonly messages: Message[];
  readonly isRunResult: boolean;
}

interface Line extends Omit<Said, "messages"> {
  readonly items: Item[];
}

interface Option {
  readonly what: string;
  readonly take: () => void;
}

export class Holding {
  readonly #options: HoldingOptions;
  readonly #choices = new Map<number, number>();
  /** By attempt, in the order in which they began to speak. */
  readonly #lines = new Map<object, Line>();
  #isPumping = false;
  /** How many there were to choose from, each time when it was more than one. */
  readonly choicePoints: number[] = [];

  constructor(options: HoldingOptions) {
    this.#options = options;
    for (const fault of options.schedule) {
      if (fault.type === "choose") this.#choices.set(fault.at, fault.option);
    }
  }

  get isEmpty(): boolean {
    return this.#lines.size === 0 && !this.#isPumping;
  }

  /** The choices that were never to be made. */
  get unreached(): readonly string[] {
    return Array.from(this.#choices, ([at, option]) => formatFault({ type: "choose", at, option }));
  }

  /** Whether everything was said that this invocation's attempt has to say. */
  hasEnded(invocationId: string): boolean {
    for (const line of this.#lines.values()) {
      if (line.invocationId === invocationId && line.items.some(isLast)) return true;
    }
    return false;
  }

  add(attempt: object, { messages, ...said }: Said): void {
    const line = this.#lines.get(attempt) ?? { ...said, items: [] };
    for (const message of messages) {
      if (message.type === "ProposeRunCompletion") {
        line.items.push({ messages: [message], isRunResult: true });
        continue;
      }
      const open = line.items.filter(({ isRunResult }) => !isRunResult).at(-1);
      const isReport = !isCommand(message) && !isLastMessage(message);
      if (isReport && open === undefined) said.deliver([message]);
      else if (open !== undefined && (isReport || open === line.items.at(-1))) open.messages.push(message);
      else line.items.push({ messages: [message], isRunResult: false });
    }
    if (line.items.length === 0) return;
    this.#lines.set(attempt, line);
    if (!this.#isPumping) void this.#pump();
  }

  drop(attempt: object): void {
    this.#lines.delete(attempt);
  }

  dropAll(): void {
    this.#lines.clear();
  }

  async #pump(): Promise<void> {
    this.#isPumping = true;
    try {
      while (this.#lines.size > 0) {
        await this.#options.rest();
        this.#choose()?.take();
      }
    } finally {
      this.#isPumping = false;
    }
  }

  #choose(): Option | undefined {
    const options = [...this.#lines].flatMap(([attempt, line]) => this.#optionsOf(attempt, line));
    const { timers, nextTimerAtMs, fireTimer, note } = this.#options;
    if (timers && options.length > 0 && nextTimerAtMs() !== undefined) {
      options.push({ what: "the next timer", take: fireTimer });
    }
    const [first] = options;
    if (first === undefined || options.length === 1) return first;
    this.choicePoints.push(options.length);
    const at = this.choicePoints.length;
    const chosen = options[this.#choices.get(at) ?? 0];
    if (chosen === undefined || chosen === first) return first;
    this.#choices.delete(at);
    note({ type: "chosen", at, what: chosen.what, instead: first.what });
    return chosen;
  }

  /** Rule 1. */
  #optionsOf(attempt: object, line: Line): Option[] {
    const { items, number } = line;
    const options: Option[] = [];
    let isBehindCommands = false;
    for (const item of items) {
      const isFree = item.isRunResult ? !isBehindCommands : !isBehindCommands && !needsAllBefore(item, items);
      if (isFree) {
        const what = `#${number} ${line.say(item.messages[0] as Message)}`;
        options.push({ what, take: () => this.#release(attempt, line, item) });
      }
      if (!item.isRunResult) isBehindCommands = true;
    }
    return options;
  }

  #release(attempt: object, line: Line, item: Item): void {
    line.items.splice(line.items.indexOf(item), 1);
    if (line.items.length === 0) this.#lines.delete(attempt);
    line.deliver(item.messages);
  }
}

function needsAllBefore(item: Item, items: readonly Item[]): boolean {
  return isLast(item) && items[0] !== item;
}

function isLast({ messages }: Item): boolean {
  return messages.some(isLastMessage);
}

function isLastMessage({ type }: Message): boolean {
  return type === "End" || type === "Suspension" || type === "Error";
}
