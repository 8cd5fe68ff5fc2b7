import type { LoggerTransport } from "@perdure/sdk";
import {
  type AwaitTree,
  type BoundHandler,
  type Command,
  type ErrorMessage,
  isCommand,
  type Link,
  type LinkReader,
  type Message,
  nodeRuntime,
  type ProtocolVersion,
  type StartMessage,
  startAttempt,
} from "@perdure/sdk/internal";
import type { EntryMessage } from "../journal/entry.ts";
import type { Tolerates } from "./tolerance.ts";

/**
 * One attempt that is given a recorded journal, with nobody behind it.
 *
 * 1. Nothing that the code sends reaches anybody; no closure of a run starts.
 * 2. When the journal is used up and the code waits, the attempt is over.
 */
export interface RecordedAttemptOptions {
  readonly handler: BoundHandler;
  readonly version: ProtocolVersion;
  readonly start: StartMessage;
  readonly messages: readonly EntryMessage[];
  readonly tolerates: Tolerates | undefined;
  /** How long the code may wait for something other than `ctx` while recorded steps are left. */
  readonly graceMs: number;
  readonly timeoutMs: number;
  readonly logger: LoggerTransport | undefined;
}

/** A step that the code took, and where. */
export interface Step {
  readonly command: Command;
  /** Costs something when it is called. */
  readonly line: () => string | undefined;
}

export interface AttemptOutcome {
  readonly end:
    | { readonly type: "ended" }
    | { readonly type: "waiting"; readonly on: AwaitTree }
    | { readonly type: "failed"; readonly message: ErrorMessage; readonly error: unknown }
    | { readonly type: "stuck" };
  /** The steps that the code took, the input left out. */
  readonly steps: readonly Step[];
}

export function attemptRecorded(options: RecordedAttemptOptions): Promise<AttemptOutcome> {
  return new Promise((resolve) => new RecordedAttempt(options, resolve).begin());
}

class RecordedAttempt implements Link {
  readonly #options: RecordedAttemptOptions;
  readonly #resolve: (outcome: AttemptOutcome) => void;
  readonly #steps: Step[] = [];
  #reader: LinkReader | undefined;
  #error: unknown;
  #last: Message | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: RecordedAttemptOptions, resolve: (outcome: AttemptOutcome) => void) {
    this.#options = options;
    this.#resolve = resolve;
  }

  begin(): void {
    const { handler, version, graceMs, timeoutMs, tolerates, logger = silent } = this.#options;
    this.#timer = setTimeout(() => this.#giveUp(), timeoutMs);
    startAttempt({
      handler,
      version,
      link: this,
      attemptHeaders: () => new Map(),
      extraArgs: [],
      logger,
      runtime: {
        ...nodeRuntime,
        startTimer: (delayMs, fire) => nodeRuntime.startTimer(Math.min(delayMs, graceMs), fire),
      },
      inspector: {
        holdsRuns: true,
        tolerates,
        issued: (command, line) => this.#steps.push({ command, line }),
        failed: (error) => {
          this.#error = error;
        },
      },
    });
  }

  open(reader: LinkReader): void {
    this.#reader = reader;
    const { start, messages } = this.#options;
    reader.message(start);
    for (const message of messages) reader.message(message);
    reader.end();
  }

  send(messages: readonly Message[]): void {
    this.#last = messages.at(-1) ?? this.#last;
  }

  close(): void {
    this.#settle(this.#toEnd());
  }

  #toEnd(): AttemptOutcome["end"] {
    const last = this.#last;
    if (last?.type === "Suspension") return { type: "waiting", on: last.awaitingOn };
    if (last?.type === "Error") return { type: "failed", message: last, error: this.#error };
    return { type: last?.type === "End" ? "ended" : "stuck" };
  }

  #giveUp(): void {
    this.#settle({ type: "stuck" });
    this.#reader?.abort(new Error("The replay was given up."));
  }

  #settle(end: AttemptOutcome["end"]): void {
    clearTimeout(this.#timer);
    this.#resolve({ end, steps: [...this.#steps] });
  }
}

const silent: LoggerTransport = () => {};

/** The commands of a journal, each with its place among the entries. */
export function commandsOf(
  messages: readonly EntryMessage[],
): { readonly command: Command; readonly entry: number }[] {
  return messages.flatMap((message, entry) => (isCommand(message) ? [{ command: message, entry }] : []));
}
