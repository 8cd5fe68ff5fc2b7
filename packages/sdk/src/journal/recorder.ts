import type { Command, InputCommand, Message } from "../protocol/messages.ts";
import { type CompareOptions, differences, isSameCommand } from "./compare.ts";
import { JournalMismatchError } from "./mismatch.ts";
import { captureLine, sourceLine } from "./source-line.ts";

/**
 * The commands of the journal: those recorded, and those that the code issues.
 *
 * 1. While recorded commands are left, what the code issues is compared with the
 *    next of them and not sent. Afterwards it is new, and goes out in order.
 * 2. Sent messages are gathered and leave in one piece at the next quiescent point.
 */
export class Recorder {
  /** Of those that were repeated only the last one is still there. */
  readonly #recorded: (Command | undefined)[] = [];
  #next = 0;
  #issued = 0;
  #outgoing: Message[] = [];
  readonly #where: () => string;
  readonly #compare: CompareOptions;

  constructor(options: { readonly where: () => string } & CompareOptions) {
    this.#where = options.where;
    this.#compare = options;
  }

  /** Adds a command of the recorded journal, before the handler starts. */
  load(command: Command): void {
    this.#recorded.push(command);
  }

  get recordedCount(): number {
    return this.#recorded.length;
  }

  /** Commands issued so far, Input included. */
  get issued(): number {
    return this.#issued;
  }

  get replaying(): boolean {
    return this.#next < this.#recorded.length;
  }

  /** Commands that this attempt added to the journal. */
  get added(): number {
    return this.#issued - this.#next;
  }

  /** The recorded command that the code has to issue next. */
  get expected(): Command | undefined {
    return this.#recorded[this.#next];
  }

  takeInput(): InputCommand | undefined {
    const first = this.#recorded[0];
    if (first?.type !== "Input") return undefined;
    this.#next = 1;
    this.#issued = 1;
    return first;
  }

  /** Issues a command. Throws {@link JournalMismatchError} when the journal holds another one. */
  issue(command: Command): void {
    const expected = this.#recorded[this.#next];
    if (expected === undefined) this.#outgoing.push(command);
    else if (isSameCommand(expected, command, this.#compare)) this.#agree();
    else throw this.mismatch({ attempted: command });
    this.#issued += 1;
    this.#compare.inspector?.issued?.(command, captureLine());
  }

  #agree(): void {
    if (this.#next > 0) this.#recorded[this.#next - 1] = undefined;
    this.#next += 1;
  }

  /** Sends a message that is not a command, behind the commands issued so far. */
  post(message: Message): void {
    this.#outgoing.push(message);
  }

  takeOutgoing(): readonly Message[] {
    if (this.#outgoing.length === 0) return NOTHING;
    const outgoing = this.#outgoing;
    this.#outgoing = [];
    return outgoing;
  }

  mismatch(tried: { readonly attempted: Command } | { readonly awaiting: string }): JournalMismatchError {
    const recorded = this.#recorded[this.#next] as Command;
    const attempted = "attempted" in tried ? tried.attempted : undefined;
    return new JournalMismatchError({
      where: this.#where(),
      commandIndex: this.#next,
      recorded,
      attempted,
      lastAgreed: this.#recorded[this.#next - 1],
      differences: attempted === undefined ? [] : differences(recorded, attempted, this.#compare),
      awaiting: "awaiting" in tried ? tried.awaiting : undefined,
      line: attempted === undefined ? undefined : sourceLine(),
    });
  }
}

const NOTHING: readonly Message[] = [];
