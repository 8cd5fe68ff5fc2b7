import type { BoundHandler } from "../definition/bound.ts";
import type { JournalEffects } from "../journal/effects.ts";
import type { JournalInspector } from "../journal/inspector.ts";
import { Journal } from "../journal/journal.ts";
import { isCommand } from "../protocol/message-types.ts";
import type { Bytes, Command, Message, StartMessage } from "../protocol/messages.ts";
import { ProtocolError } from "../protocol/protocol-error.ts";
import type { ProtocolVersion } from "../protocol/versions.ts";

/** The most entries that a recorded journal may have, unless the endpoint says otherwise. */
export const JOURNAL_ENTRIES_MAX = 1_000_000;

export interface JournalLoaderOptions {
  readonly handler: BoundHandler;
  readonly version: ProtocolVersion;
  readonly comparePayloads: boolean;
  readonly journalEntriesMax: number | undefined;
  readonly inspector: JournalInspector | undefined;
  readonly effects: JournalEffects;
  /** The recorded journal is complete. */
  readonly ready: (
    journal: Journal,
    input: { readonly value: Bytes; readonly headers: ReadonlyMap<string, string> },
  ) => void;
}

/**
 * Takes the driver's messages: Start, then the recorded entries, then live
 * notifications. Protocol section 3.1. Throws a ProtocolError on anything else.
 */
export class JournalLoader {
  readonly #options: JournalLoaderOptions;
  #journal: Journal | undefined;
  /** Recorded entries that have not arrived yet. */
  #missing = 0;

  constructor(options: JournalLoaderOptions) {
    this.#options = options;
  }

  get journal(): Journal | undefined {
    return this.#journal;
  }

  receive(message: Message): void {
    if (message.type === "Start") this.#start(message);
    else if (this.#journal === undefined) throw outOfPlace(message, "before Start");
    else if (this.#missing > 0) this.#load(this.#journal, message);
    else this.#live(this.#journal, message);
  }

  endInput(): void {
    if (this.#journal === undefined)
      throw new ProtocolError("The request ended before a Start message came.");
    if (this.#missing > 0) {
      throw new ProtocolError(`The request ended with ${this.#missing} journal entries missing.`);
    }
    this.#journal.endInput();
  }

  #start(start: StartMessage): void {
    if (this.#journal !== undefined) throw outOfPlace(start, "a second time");
    const { handler, effects, version, comparePayloads } = this.#options;
    const max = this.#options.journalEntriesMax ?? JOURNAL_ENTRIES_MAX;
    if (start.knownEntries === 0) {
      throw new ProtocolError("Start announces no journal entries; there must be at least the input.", {
        errorCode: 500,
      });
    }
    if (start.knownEntries > max) {
      throw new ProtocolError(
        `The journal has ${start.knownEntries} entries, more than the ${max} allowed.`,
        {
          hint: "Split the work into several invocations, or raise the endpoint's journalEntriesMax.",
        },
      );
    }
    this.#missing = start.knownEntries;
    this.#journal = new Journal({
      start,
      version,
      target: targetOf(handler, start.key),
      effects,
      explicitCancellation: handler.explicitCancellation,
      comparePayloads,
      onMismatch: handler.onJournalMismatchErrors,
      inspector: this.#options.inspector,
    });
  }

  #load(journal: Journal, message: Message): void {
    if (!receiveNotification(journal, message)) {
      if (!isCommand(message)) throw outOfPlace(message, "among the journal entries");
      journal.load(message satisfies Command);
    }
    this.#missing -= 1;
    if (this.#missing > 0) return;
    const input = journal.takeInput();
    if (input === undefined) throw new ProtocolError("The journal does not begin with an Input command.");
    journal.handlerStarted();
    this.#options.ready(journal, input);
  }

  #live(journal: Journal, message: Message): void {
    if (receiveNotification(journal, message)) return;
    if (message.type === "CommandAck") return;
    if (message.type === "ProposeRunCompletionAck") {
      if (journal.receiveRunAck(message.completionId)) return;
      throw new ProtocolError(`The engine confirmed run ${message.completionId}, which was not proposed.`);
    }
    throw outOfPlace(message, "after the recorded journal");
  }
}

function receiveNotification(journal: Journal, message: Message): boolean {
  if (message.type === "Completion") journal.receiveCompletion(message.completionId, message.result);
  else if (message.type === "Signal") journal.receiveSignal(message.signal, message.result);
  else return false;
  return true;
}

function outOfPlace(message: Message, where: string): ProtocolError {
  return new ProtocolError(`The engine sent ${message.type} ${where}, where it cannot stand.`);
}

function targetOf(handler: BoundHandler, key: string): string {
  return key === "" ? `${handler.service}/${handler.name}` : `${handler.service}/${key}/${handler.name}`;
}
