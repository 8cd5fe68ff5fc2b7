import {
  type AwaitTree,
  type BoundHandler,
  type Command,
  type ErrorMessage,
  isCommand,
  type LinkReader,
  type Message,
  type Notification,
  nodeRuntime,
  type Outcome,
  type Runtime,
  type SuspensionMessage,
  startAttempt,
} from "@perdure/sdk/internal";
import type { Random } from "./random.ts";

/**
 * A small engine for the journal's determinism: it plays the server for one
 * invocation, in random order, with crashes, suspensions and a slow wire. It
 * shares no code with the journal that it drives.
 */
export type Entry = Command | Notification;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function toBytes(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

export const INPUT: Command = { type: "Input", name: "", headers: [], value: new Uint8Array() };

/** Everything that happened, so that tests can look at it. */
export interface History {
  readonly journal: Entry[];
  attempts: number;
  /** Attempts that ended by an Error; there should be none. */
  readonly errors: ErrorMessage[];
  output: Outcome | undefined;
}

/** One attempt as the engine sees it: what it sent, and how it ended. */
export class DrivenAttempt {
  /** Sent by the attempt, not yet taken off the wire. */
  readonly uplink: Message[] = [];
  #reader: LinkReader | undefined;
  #open = true;

  constructor(options: { handler: BoundHandler; prefix: readonly Entry[]; runtime?: Runtime | undefined }) {
    const { handler, prefix, runtime = nodeRuntime } = options;
    startAttempt({
      handler,
      version: 6,
      runtime,
      attemptHeaders: () => new Map(),
      extraArgs: [],
      logger: () => {},
      link: {
        open: (reader) => {
          this.#reader = reader;
        },
        send: (messages) => this.uplink.push(...messages),
        close: () => {
          this.#open = false;
        },
      },
    });
    this.feed({
      type: "Start",
      id: new Uint8Array(24),
      debugId: "inv_sim",
      knownEntries: prefix.length,
      stateMap: [],
      partialState: true,
      key: "",
      retryCountSinceLastStoredEntry: 0,
      durationSinceLastStoredEntryMs: 0,
      randomSeed: 42n,
    });
    for (const entry of prefix) this.feed(entry);
  }

  /** Whether the attempt has closed its side. */
  get closed(): boolean {
    return !this.#open;
  }

  feed(message: Message): void {
    if (this.#open) this.#reader?.message(message);
  }

  endInput(): void {
    if (this.#open) this.#reader?.end();
  }

  crash(): void {
    this.uplink.length = 0;
    this.#reader?.abort(new Error("crash"));
  }
}

/** A completion that the world owes to the invocation. */
export function owedBy(command: Command): Notification | undefined {
  if (command.type === "Sleep") {
    return {
      type: "Completion",
      kind: "Sleep",
      completionId: command.completionId,
      result: { type: "void" },
    };
  }
  if (command.type !== "Call") return undefined;
  const { label, fail } = JSON.parse(decoder.decode(command.parameter)) as { label: string; fail: boolean };
  return {
    type: "Completion",
    kind: "Call",
    completionId: command.completionId,
    result: fail
      ? { type: "failure", failure: { code: 500, message: `failed ${label}` } }
      : { type: "success", value: toBytes(label) },
  };
}

/** What the engine answers in the same transaction. */
export function immediateAnswer(message: Message): Notification | undefined {
  if (message.type === "Call" || message.type === "OneWayCall") {
    const completionId = message.invocationIdCompletionId;
    const invocationId = `inv_child${completionId}`;
    return {
      type: "Completion",
      kind: "CallInvocationId",
      completionId,
      result: { type: "invocationId", invocationId },
    };
  }
  if (message.type === "ProposeRunCompletion") {
    return { type: "Completion", kind: "Run", completionId: message.completionId, result: message.result };
  }
  return undefined;
}

export interface SimOptions {
  readonly handler: BoundHandler;
  readonly random: Random;
  /** Crashes, suspensions and a cancel are thrown in. */
  readonly rough: boolean;
  readonly cancel: boolean;
  readonly runtime?: Runtime | undefined;
}

/** Turns without an end after which a simulation is called hung. */
const TURNS_MAX = 4000;

/** Runs one invocation to its end, however often it has to be tried. */
export async function simulate(options: SimOptions): Promise<History> {
  const { random } = options;
  const history: History = { journal: [INPUT], attempts: 0, errors: [], output: undefined };
  const owed: Notification[] = [];
  let mayCancel = options.cancel;
  let turns = 0;

  while (history.output === undefined) {
    history.attempts += 1;
    const attempt = new DrivenAttempt({ ...options, prefix: history.journal });
    const downlink: Notification[] = [];
    let inputOpen = true;
    let ended = false;
    const store = (notification: Notification): void => {
      history.journal.push(notification);
      downlink.push(notification);
    };
    const take = (message: Message): void => {
      if (isCommand(message)) {
        history.journal.push(message);
        const later = owedBy(message);
        if (later !== undefined) owed.push(later);
        if (message.type === "Output") history.output = message.result;
      }
      const answer = immediateAnswer(message);
      if (answer !== undefined) store(answer);
      if (message.type === "Error") history.errors.push(message);
      if (message.type === "Suspension" || message.type === "Error" || message.type === "End") ended = true;
      if (message.type === "Suspension") completeAwaited(message);
    };
    /** Nobody drives a suspended invocation: let one of the things it waits for happen. */
    const completeAwaited = ({ awaitingOn }: SuspensionMessage): void => {
      const waiting = new Set(completionsOf(awaitingOn));
      const isThere = history.journal.some(
        (entry) => entry.type === "Completion" && waiting.has(entry.completionId),
      );
      if (isThere) return;
      const candidates = owed.filter((one) => one.type === "Completion" && waiting.has(one.completionId));
      const chosen = random.pick(candidates);
      if (chosen === undefined) throw new Error("Suspended on what nobody will complete");
      owed.splice(owed.indexOf(chosen), 1);
      history.journal.push(chosen);
    };

    while (!ended) {
      await turn();
      turns += 1;
      if (turns > TURNS_MAX) throw new Error(`The simulation hangs; attempt ${history.attempts}`);
      if (random.chance(0.7)) for (const message of random.takeSome(attempt.uplink)) take(message);
      if (ended) break;
      if (owed.length > 0 && random.chance(0.5)) {
        const [chosen] = owed.splice(random.below(owed.length), 1);
        if (chosen !== undefined) store(chosen);
      }
      if (mayCancel && random.chance(0.02)) {
        mayCancel = false;
        store({ type: "Signal", signal: 1, result: { type: "void" } });
      }
      if (inputOpen && random.chance(0.7)) for (const one of random.takeSome(downlink)) attempt.feed(one);
      if (!options.rough) continue;
      if (inputOpen && random.chance(0.05)) {
        inputOpen = false;
        attempt.endInput();
      }
      if (random.chance(0.02)) {
        attempt.crash();
        ended = true;
      }
    }
    if (history.errors.length > 0) return history;
  }
  return history;
}

/** Protocol v6 has flat lists: any of them wakes the handler. */
function completionsOf(tree: AwaitTree): number[] {
  return [...tree.completions, ...tree.nested.flatMap(completionsOf)];
}

/** One turn of the event loop: what handler code queued has run. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
