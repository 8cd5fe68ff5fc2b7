import type { ContextCore } from "../context/core.ts";
import { createContext, type HandlerContext } from "../context/create-context.ts";
import type { BoundHandler } from "../definition/bound.ts";
import type { LoggerTransport } from "../definition/logger.ts";
import { RestateError, TerminalError, toError } from "../errors.ts";
import { toErrorMessage } from "../journal/failure.ts";
import type { JournalInspector } from "../journal/inspector.ts";
import type { Journal } from "../journal/journal.ts";
import { toFailure } from "../journal/outcome.ts";
import type { Bytes, Message } from "../protocol/messages.ts";
import type { ProtocolVersion } from "../protocol/versions.ts";
import { type AttemptEnd, runWithHooks } from "./hooks.ts";
import { JournalLoader } from "./journal-loader.ts";
import type { Link, LinkReader } from "./link.ts";
import { createAttemptLog } from "./log.ts";
import type { Runtime } from "./runtime.ts";
import { toTerminal } from "./terminal.ts";

/**
 * One attempt of one invocation: link, journal and handler joined.
 *
 * 1. The handler is called once, when the whole recorded journal has arrived.
 * 2. Whatever goes wrong ends in exactly one Error message; a fault here never
 *    reaches another attempt.
 * 3. When the attempt has ended, nothing of it is held any more.
 */
export interface AttemptOptions {
  readonly handler: BoundHandler;
  readonly version: ProtocolVersion;
  readonly link: Link;
  /** The HTTP headers of this attempt; asked for only if the handler asks. */
  readonly attemptHeaders: () => ReadonlyMap<string, string | string[] | undefined>;
  /** What the runtime passed along with the request. */
  readonly extraArgs: readonly unknown[];
  readonly runtime: Runtime;
  readonly logger?: LoggerTransport | undefined;
  /** False when payloads may be encoded differently in each attempt. */
  readonly comparePayloads?: boolean | undefined;
  /** The most journal entries that are accepted; see `JOURNAL_ENTRIES_MAX`. */
  readonly journalEntriesMax?: number | undefined;
  /** Sees what the code does, for tools; nobody looks when absent. */
  readonly inspector?: JournalInspector | undefined;
}

/** Handlers whose author was told already. */
const advised = new WeakSet<BoundHandler>();

export function startAttempt(options: AttemptOptions): void {
  new Attempt(options).open();
}

class Attempt implements LinkReader {
  readonly #options: AttemptOptions;
  readonly #loader: JournalLoader;
  readonly #releaseGuard: () => void;
  readonly #end: AttemptEnd = { ended: false, listeners: undefined };
  #abortion: AbortController | undefined;

  constructor(options: AttemptOptions) {
    this.#options = options;
    this.#releaseGuard = options.runtime.guardRejections();
    this.#loader = new JournalLoader({
      handler: options.handler,
      version: options.version,
      comparePayloads: options.comparePayloads ?? true,
      journalEntriesMax: options.journalEntriesMax,
      inspector: options.inspector,
      effects: {
        send: (messages) => this.#send(messages),
        closed: () => this.#closed(),
        quiesce: options.runtime.quiesce,
        startTimer: options.runtime.startTimer,
        now: options.runtime.now,
        failed: (error) => {
          options.inspector?.failed?.(error);
          this.#log("warn", "The attempt failed and will be retried:", error);
        },
        advise: (message) => this.#advise(message),
      },
      ready: (journal, input) => void this.#runHandler(journal, input),
    });
  }

  open(): void {
    this.#options.link.open(this);
  }

  message(message: Message): void {
    if (this.#end.ended) return;
    try {
      this.#loader.receive(message);
    } catch (error) {
      this.#failByDriver(error);
    }
  }

  end(): void {
    if (this.#end.ended) return;
    try {
      this.#loader.endInput();
    } catch (error) {
      this.#failByDriver(error);
    }
  }

  abort(): void {
    if (this.#loader.journal !== undefined) this.#loader.journal.abandon();
    else this.#closed();
  }

  /** A fault of the driver (a message out of place) or of ours ends this attempt alone. */
  #failByDriver(error: unknown): void {
    const { journal } = this.#loader;
    if (journal !== undefined) {
      journal.fail(error);
      return;
    }
    this.#send([toErrorMessage({ error })]);
    this.#closed();
  }

  #send(messages: readonly Message[]): void {
    if (!this.#end.ended) this.#options.link.send(messages);
  }

  #closed(): void {
    if (this.#end.ended) return;
    this.#end.ended = true;
    this.#options.link.close();
    this.#releaseGuard();
    this.#abortion?.abort(new RestateError("The attempt has ended."));
    for (const listener of this.#end.listeners ?? []) listener();
  }

  async #runHandler(
    journal: Journal,
    input: { headers: ReadonlyMap<string, string>; value: Bytes },
  ): Promise<void> {
    const { handler } = this.#options;
    try {
      const core = this.#createCore(journal, input);
      const context = createContext(core);
      const output = await runWithHooks({
        handler,
        request: () => context.request(),
        end: this.#end,
        useInterceptors: (interceptors) => {
          this.#interceptors = interceptors;
        },
        action: () => this.#invoke(context, input.value),
      });
      journal.finish({ type: "success", value: this.#serialize(output) });
    } catch (thrown) {
      this.#handlerFailed(journal, thrown);
    }
  }

  #interceptors: ReturnType<ContextCore["interceptors"]> = [];

  #createCore(journal: Journal, input: { headers: ReadonlyMap<string, string>; value: Bytes }): ContextCore {
    const { handler, attemptHeaders, extraArgs, logger, runtime } = this.#options;
    return {
      journal,
      handler,
      logger: logger ?? createAttemptLog(),
      now: runtime.now,
      interceptors: () => this.#interceptors,
      request: {
        headers: input.headers,
        body: input.value,
        attemptHeaders,
        extraArgs: () => [...extraArgs],
        attemptCompletedSignal: () => this.#completedSignal(),
      },
    };
  }

  #completedSignal(): AbortSignal {
    this.#abortion ??= new AbortController();
    if (this.#end.ended) this.#abortion.abort(new RestateError("The attempt has ended."));
    return this.#abortion.signal;
  }

  #invoke(context: HandlerContext, body: Bytes): Promise<unknown> {
    const { handler } = this.#options;
    let input: unknown;
    try {
      input = handler.input.deserialize(body);
    } catch (error) {
      throw new TerminalError(`Failed to deserialize input: ${toError(error).message}`, {
        errorCode: 400,
        cause: error,
      });
    }
    const { around } = this.#options.inspector ?? {};
    if (around === undefined) return handler.invoke(context, input);
    return around({ type: "handler" }, () => handler.invoke(context, input));
  }

  #serialize(output: unknown): Bytes {
    const { handler } = this.#options;
    try {
      return handler.output.serialize(output);
    } catch (error) {
      throw new RestateError(
        `The result of ${handler.service}/${handler.name} cannot be serialized: ${toError(error).message}`,
        { cause: error, hint: "Return what the handler's output serde accepts, or give it another one." },
      );
    }
  }

  #handlerFailed(journal: Journal, thrown: unknown): void {
    if (journal.closed) return;
    const { asTerminalError } = this.#options.handler;
    let error = thrown;
    try {
      const terminal = toTerminal(thrown, asTerminalError);
      if (terminal !== undefined) {
        journal.finish({ type: "failure", failure: toFailure(terminal) });
        return;
      }
    } catch (fromMapper) {
      error = fromMapper;
    }
    journal.fail(error);
  }

  #advise(message: string): void {
    if (advised.has(this.#options.handler)) return;
    advised.add(this.#options.handler);
    this.#log("warn", message);
  }

  #log(level: "warn" | "error", ...message: unknown[]): void {
    const { handler } = this.#options;
    const start = this.#loader.journal?.start;
    const key = start?.key === "" ? undefined : start?.key;
    const target = [handler.service, key, handler.name].filter((part) => part !== undefined);
    const context = {
      invocationId: start?.debugId ?? "",
      serviceName: handler.service,
      handlerName: handler.name,
      ...(key !== undefined && { key }),
      invocationTarget: target.join("/"),
    };
    try {
      const logger = this.#options.logger ?? createAttemptLog();
      logger({ source: "JOURNAL", level, replaying: false, context }, ...message);
    } catch {
      // A log that fails must not decide how the attempt ends, and there is nobody to tell.
    }
  }
}
