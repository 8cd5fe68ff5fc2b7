import type { BoundHandler } from "../../definition/bound.ts";
import type { Interceptor } from "../../definition/hooks.ts";
import type { LoggerTransport } from "../../definition/logger.ts";
import { TerminalError } from "../../errors.ts";
import { Journal } from "../../journal/journal.ts";
import { toFailure } from "../../journal/outcome.ts";
import { isCommand } from "../../protocol/message-types.ts";
import type {
  Bytes,
  Command,
  Message,
  Notification,
  NotificationResult,
  StartMessage,
} from "../../protocol/messages.ts";
import { jsonSerde } from "../../serde/json.ts";
import type { Serde } from "../../serde/serde.ts";
import { createContext, type HandlerContext } from "../create-context.ts";

/**
 * Transcripts of one attempt for tests: messages in, messages out. Bytes are
 * shown as text, so that a transcript can be read.
 */

export const INVOCATION_ID = "inv_1ehlgrVHI0h81MbjgA1lGpHnkDrPQ1R81d";
export const INVOCATION_ID_BYTES: Bytes = Uint8Array.from({ length: 24 }, (_, index) => index + 1);
export const NOW = 1_700_000_000_000;

export type Body = (ctx: HandlerContext) => Promise<unknown>;

export interface TranscriptOptions {
  readonly version?: 5 | 6 | 7;
  readonly handler?: Partial<BoundHandler>;
  readonly start?: Partial<StartMessage>;
  readonly interceptors?: readonly Interceptor[];
  readonly logger?: LoggerTransport;
  /** Entries that an earlier attempt left behind the input. */
  readonly recorded?: readonly Message[];
  readonly request?: { readonly headers?: ReadonlyMap<string, string>; readonly body?: Bytes };
}

/** A handler of an object, unless the options say otherwise. */
export function createHandler(changes: Partial<BoundHandler> = {}): BoundHandler {
  return {
    service: "cart",
    serviceKind: "object",
    name: "add",
    kind: "exclusive",
    invoke: () => Promise.resolve(),
    input: jsonSerde as Serde<unknown>,
    output: jsonSerde as Serde<unknown>,
    serde: jsonSerde as Serde<unknown>,
    hooks: [],
    asTerminalError: undefined,
    explicitCancellation: false,
    onJournalMismatchErrors: "retry",
    options: {},
    ...changes,
  };
}

export const SERVICE: Partial<BoundHandler> = { serviceKind: "service", kind: "service" };
export const SHARED: Partial<BoundHandler> = { kind: "shared" };
export const WORKFLOW: Partial<BoundHandler> = { serviceKind: "workflow", kind: "workflow", name: "run" };

export class Transcript {
  readonly ctx: HandlerContext;
  readonly journal: Journal;
  readonly #options: TranscriptOptions;
  readonly #body: Body;
  readonly #history: Message[] = [];
  #sent: Message[] = [];
  #scheduled = 0;

  constructor(options: TranscriptOptions, body: Body) {
    this.#options = options;
    this.#body = body;
    const handler = createHandler(options.handler);
    const recorded = options.recorded ?? [];
    this.journal = this.#createJournal(handler, recorded);
    this.ctx = createContext({
      journal: this.journal,
      handler,
      logger: options.logger ?? (() => {}),
      now: () => NOW,
      interceptors: () => options.interceptors ?? [],
      request: {
        headers: options.request?.headers ?? new Map(),
        body: options.request?.body ?? new Uint8Array(),
        attemptHeaders: () => new Map(),
        extraArgs: () => [],
        attemptCompletedSignal: () => new AbortController().signal,
      },
    });
    this.#load(recorded);
    this.journal.handlerStarted();
    this.#run();
  }

  /** What was sent since the last time, once the handler has come to rest. */
  async next(): Promise<unknown[]> {
    for (let quiet = 0; quiet < 3; quiet += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#scheduled > 0) quiet = 0;
    }
    const sent = this.#sent;
    this.#sent = [];
    return sent.map(toReadable);
  }

  /** The engine completes a command. */
  complete(completionId: number, result: NotificationResult): this {
    return this.#receive({ type: "Completion", kind: undefined, completionId, result });
  }

  /** The engine delivers a signal. */
  signal(signal: number | string, result: NotificationResult): this {
    return this.#receive({ type: "Signal", signal, result });
  }

  /** The engine will say nothing more. */
  end(): this {
    this.journal.endInput();
    return this;
  }

  /** Runs the handler again on the journal that this attempt left, without its output. */
  replay(): Transcript {
    const recorded = [...(this.#options.recorded ?? []), ...this.#history];
    return new Transcript({ ...this.#options, recorded }, this.#body);
  }

  #receive(notification: Notification): this {
    this.#history.push(notification);
    receive(this.journal, notification);
    return this;
  }

  #createJournal(handler: BoundHandler, recorded: readonly Message[]): Journal {
    const { version = 6, start } = this.#options;
    return new Journal({
      version,
      target: `${handler.service}/${handler.name}`,
      explicitCancellation: handler.explicitCancellation,
      comparePayloads: true,
      onMismatch: "retry",
      start: {
        type: "Start",
        id: INVOCATION_ID_BYTES,
        debugId: INVOCATION_ID,
        knownEntries: recorded.length + 1,
        stateMap: [],
        partialState: true,
        key: handler.serviceKind === "service" ? "" : "k1",
        retryCountSinceLastStoredEntry: 0,
        durationSinceLastStoredEntryMs: 0,
        randomSeed: 0n,
        ...start,
      },
      effects: {
        send: (messages) => this.#take(messages),
        closed: () => {},
        quiesce: (step) => {
          this.#scheduled += 1;
          setImmediate(() => {
            this.#scheduled -= 1;
            step();
          });
        },
        startTimer: () => () => {},
        now: () => NOW,
        failed: () => {},
        advise: () => {},
      },
    });
  }

  #take(messages: readonly Message[]): void {
    this.#sent.push(...messages);
    for (const message of messages) {
      if (isCommand(message) && message.type !== "Output") this.#history.push(message);
    }
  }

  #load(recorded: readonly Message[]): void {
    this.journal.load({ type: "Input", name: "", headers: [], value: new Uint8Array() });
    for (const message of recorded) {
      if (isCommand(message)) this.journal.load(message satisfies Command);
      else receive(this.journal, message as Notification);
    }
    this.journal.takeInput();
  }

  async #run(): Promise<void> {
    try {
      const output = await this.#body(this.ctx);
      this.journal.finish({ type: "success", value: jsonSerde.serialize(output) });
    } catch (error) {
      if (error instanceof TerminalError) this.journal.finish({ type: "failure", failure: toFailure(error) });
      else this.journal.fail(error);
    }
  }
}

function receive(journal: Journal, notification: Notification): void {
  if (notification.type === "Signal") journal.receiveSignal(notification.signal, notification.result);
  else journal.receiveCompletion(notification.completionId, notification.result);
}

/** What a handler throws at once, before anything is journaled. */
export async function thrownBy(options: TranscriptOptions, body: Body): Promise<unknown> {
  let thrown: unknown;
  const transcript = new Transcript(options, async (ctx) => {
    try {
      await body(ctx);
    } catch (error) {
      thrown = error;
      throw error;
    }
  });
  const sent = (await transcript.next()) as { readonly type: string }[];
  const commands = sent.map(({ type }) => type).filter((type) => !ENDS.includes(type));
  if (commands.length > 0) throw new Error(`commands were sent: ${commands.join(", ")}`);
  return thrown;
}

const ENDS = ["Output", "End", "Error"];

export const VOID: NotificationResult = { type: "void" };

export function value(json: unknown): NotificationResult {
  return { type: "success", value: jsonSerde.serialize(json) };
}

export function failure(code: number, message: string): NotificationResult {
  return { type: "failure", failure: { code, message } };
}

export function invocationId(id: string): NotificationResult {
  return { type: "invocationId", invocationId: id };
}

/** How a transcript ends when the handler returned `output`. */
export function returned(output: unknown): unknown[] {
  const text = output === undefined ? "" : JSON.stringify(output);
  return [{ type: "Output", name: "", result: { type: "success", value: text } }, { type: "End" }];
}

/** How a transcript ends when the handler failed terminally. */
export function failed(code: number, message: string): unknown[] {
  return [
    { type: "Output", name: "", result: { type: "failure", failure: { code, message } } },
    { type: "End" },
  ];
}

function toReadable(message: unknown): unknown {
  if (message instanceof Uint8Array) return new TextDecoder().decode(message);
  if (Array.isArray(message)) return message.map(toReadable);
  if (typeof message !== "object" || message === null) return message;
  return Object.fromEntries(
    Object.entries(message)
      .filter(([, field]) => field !== undefined)
      .map(([name, field]) => [name, toReadable(field)]),
  );
}
