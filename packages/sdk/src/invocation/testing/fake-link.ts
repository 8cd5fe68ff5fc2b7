import { bindService } from "../../definition/bind.ts";
import type { BoundHandler } from "../../definition/bound.ts";
import type { Context } from "../../definition/context.ts";
import type { LoggerTransport } from "../../definition/logger.ts";
import type { ServiceOptions } from "../../definition/options.ts";
import { service } from "../../definition/service.ts";
import type { Message, StartMessage } from "../../protocol/messages.ts";
import { startAttempt } from "../attempt.ts";
import type { Link, LinkReader } from "../link.ts";
import { createWebRuntime } from "../web-runtime.ts";

/** A driver for one attempt in tests: what it sends is kept, what it gets is said by the test. */

export const START: StartMessage = {
  type: "Start",
  id: new Uint8Array(24),
  debugId: "inv_1",
  knownEntries: 1,
  stateMap: [],
  partialState: true,
  key: "",
  retryCountSinceLastStoredEntry: 0,
  durationSinceLastStoredEntryMs: 0,
  randomSeed: 7n,
};

export function inputOf(json: string): Message {
  return {
    type: "Input",
    name: "",
    headers: [{ key: "a", value: "b" }],
    value: new TextEncoder().encode(json),
  };
}

export function handlerOf(
  run: (ctx: Context, input: unknown) => Promise<unknown>,
  options: ServiceOptions = {},
): BoundHandler {
  const bound = bindService(service({ name: "Shop", handlers: { buy: run }, options })).handlers.get("buy");
  if (bound === undefined) throw new Error("unbound");
  return bound;
}

export class FakeLink implements Link {
  readonly sent: Message[] = [];
  readonly logged: unknown[][] = [];
  closes = 0;
  #reader: LinkReader | undefined;

  constructor(
    handler: BoundHandler,
    options: { readonly journalEntriesMax?: number; readonly logger?: LoggerTransport } = {},
  ) {
    const logger: LoggerTransport = (_metadata, ...message) => this.logged.push(message);
    startAttempt({
      handler,
      version: 6,
      link: this,
      attemptHeaders: () => new Map([["x-attempt", "1"]]),
      extraArgs: ["extra"],
      runtime: createWebRuntime(),
      logger,
      ...options,
    });
  }

  open(reader: LinkReader): void {
    this.#reader = reader;
  }

  send(messages: readonly Message[]): void {
    this.sent.push(...messages);
  }

  close(): void {
    this.closes += 1;
  }

  feed(...messages: readonly Message[]): this {
    for (const message of messages) this.#reader?.message(message);
    return this;
  }

  endInput(): this {
    this.#reader?.end();
    return this;
  }

  abort(): void {
    this.#reader?.abort(new Error("reset"));
  }

  /** What was sent, once everything has come to rest. */
  async settled(): Promise<Message[]> {
    for (let turn = 0; turn < 8; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    return this.sent;
  }
}
