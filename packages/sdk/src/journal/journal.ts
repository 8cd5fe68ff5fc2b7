import { RestateError, TerminalError } from "../errors.ts";
import {
  type Bytes,
  CANCEL_SIGNAL,
  type CallCommand,
  type Command,
  FIRST_AWAKEABLE_SIGNAL,
  type NotificationResult,
  type OneWayCallCommand,
  type StartMessage,
} from "../protocol/messages.ts";
import { CallLeaf, type CallLeafOwner } from "./call-leaf.ts";
import { Conductor } from "./conductor.ts";
import { markDelivered } from "./delivered-errors.ts";
import { Constant, type Durable, Never } from "./durable.ts";
import { type Decode, Leaf } from "./leaf.ts";
import type { JournalOptions } from "./options.ts";
import type { RunSpec } from "./runs.ts";
import { StateCache } from "./state-cache.ts";

/** Whom a call or a send is for, and with what. */
export type CommandTarget = Omit<CallCommand, "type" | "invocationIdCompletionId" | "completionId">;

/**
 * The journal as `ctx` sees it: what a handler can ask for, as commands and the
 * promises of their completions. When those settle is the conductor's business.
 *
 * 1. Ids are given out in the order of the calls, also by those that turn out to
 *    put no id on the wire, so that a replay gives out the same ones.
 */
export class Journal extends Conductor implements CallLeafOwner {
  readonly start: StartMessage;
  readonly version: number;
  readonly #explicitCancellation: boolean;
  readonly #state: StateCache;
  readonly #now: () => number;
  #nextCompletionId = 1;
  #nextAwakeableSignal = FIRST_AWAKEABLE_SIGNAL;
  #cancellation: Durable<void> | undefined;
  /** Of calls: whoever asks for an id gets the same promise, since a completion is delivered once. */
  readonly #invocationIds = new Map<number, Durable<string>>();

  constructor(options: JournalOptions) {
    super(options);
    this.start = options.start;
    this.version = options.version;
    this.#explicitCancellation = options.explicitCancellation;
    this.#state = new StateCache(options.start.stateMap, { partial: options.start.partialState });
    this.#now = options.effects.now;
  }

  takeCompletionId(): number {
    const id = this.#nextCompletionId;
    this.#nextCompletionId += 1;
    return id;
  }

  takeAwakeableSignal(): number {
    const signal = this.#nextAwakeableSignal;
    this.#nextAwakeableSignal += 1;
    return signal;
  }

  /** Issues a command that nothing completes. */
  record(command: Command): void {
    this.issue(command);
  }

  /** Issues a command and gives the promise of its completion. */
  request<T>(command: Command & { readonly completionId: number }, decode: Decode<T>): Durable<T> {
    this.issue(command);
    return new Leaf(this, {
      source: { type: "completion", id: command.completionId },
      decode,
      command,
      commandIndex: this.issued - 1,
    });
  }

  call<T>(target: CommandTarget, decode: Decode<T>): CallLeaf<T> {
    const invocationIdCompletionId = this.takeCompletionId();
    const completionId = this.takeCompletionId();
    const command: CallCommand = {
      type: "Call",
      service: target.service,
      handler: target.handler,
      key: target.key,
      parameter: target.parameter,
      headers: target.headers,
      idempotencyKey: target.idempotencyKey,
      scope: target.scope,
      limitKey: target.limitKey,
      invocationIdCompletionId,
      completionId,
      name: target.name,
    };
    this.issue(command);
    this.trackCall(invocationIdCompletionId);
    return new CallLeaf(this, { decode, command, commandIndex: this.issued - 1 });
  }

  send(target: CommandTarget, invokeTimeMs: number): Durable<string> {
    const command: OneWayCallCommand = {
      type: "OneWayCall",
      service: target.service,
      handler: target.handler,
      key: target.key,
      parameter: target.parameter,
      headers: target.headers,
      idempotencyKey: target.idempotencyKey,
      scope: target.scope,
      limitKey: target.limitKey,
      invocationIdCompletionId: this.takeCompletionId(),
      invokeTimeMs,
      name: target.name,
    };
    this.issue(command);
    return this.#idLeaf(command.invocationIdCompletionId, command, this.issued - 1);
  }

  sleep(ms: number, name: string): Durable<void> {
    const completionId = this.takeCompletionId();
    const wakeUpTimeMs = Math.ceil(this.#now() + ms);
    return this.request({ type: "Sleep", name, completionId, wakeUpTimeMs }, () => {});
  }

  createTimer(ms: number): Durable<void> {
    return this.sleep(ms, "");
  }

  run<T>(spec: RunSpec<T>): Durable<T> {
    const command = { type: "Run", name: spec.name, completionId: this.takeCompletionId() } as const;
    const leaf = this.request(command, (result) => {
      if (result.type !== "success") throw unexpected(command, result);
      return spec.deserialize(result.value);
    });
    this.addRun({ command, spec: spec as RunSpec<unknown> });
    return leaf;
  }

  signal<T>(signal: number | string, decode: Decode<T>): Durable<T> {
    return new Leaf(this, { source: { type: "signal", signal }, decode });
  }

  /** Explicit mode: settles when the invocation is cancelled; then a fresh promise takes its place. */
  cancellation(): Durable<void> {
    if (!this.#explicitCancellation) return new Never();
    if (this.#cancellation === undefined || this.#cancellation.settled) {
      this.#cancellation = this.signal(CANCEL_SIGNAL, () => {});
    }
    return this.#cancellation;
  }

  /** Explicit mode: the ids of the calls since the last time this was asked. */
  takeTrackedCalls(): readonly Durable<string>[] {
    if (!this.#explicitCancellation) return [];
    return this.drainTrackedCalls().map((id) => this.#invocationIdOf(id, undefined, this.issued - 1));
  }

  constant<T>(value: T): Durable<T> {
    return this.closed ? new Never() : new Constant<T>({ value }, this);
  }

  /** Reads state. In replay the journal decides whether the answer stands in the command or comes later. */
  getState<T>(key: string, decode: (value: Bytes | undefined) => T): Durable<T> {
    const completionId = this.takeCompletionId();
    const expected = this.expected;
    const local = expected === undefined ? this.#state.get(key) : undefined;
    const isLazy = expected === undefined ? local?.known === false : expected.type === "GetLazyState";
    if (isLazy) {
      return this.request({ type: "GetLazyState", key, completionId, name: "" }, (result) =>
        decode(result.type === "success" ? result.value : undefined),
      );
    }
    const value =
      expected?.type === "GetEagerState" ? expected.value : local?.known ? local.value : undefined;
    const command: Command = { type: "GetEagerState", key, value, name: "" };
    this.issue(command);
    return this.#decoded(command, () => decode(value));
  }

  /** The names of all state of this object, sorted. */
  stateKeys(): Durable<string[]> {
    const completionId = this.takeCompletionId();
    const expected = this.expected;
    const local = expected === undefined ? this.#state.keys() : undefined;
    const isLazy = expected === undefined ? local === undefined : expected.type === "GetLazyStateKeys";
    if (isLazy) {
      return this.request({ type: "GetLazyStateKeys", completionId, name: "" }, (result) =>
        result.type === "stateKeys" ? [...result.keys].sort() : [],
      );
    }
    const keys = expected?.type === "GetEagerStateKeys" ? expected.keys : (local ?? []);
    this.issue({ type: "GetEagerStateKeys", keys, name: "" });
    return this.constant([...keys]);
  }

  setState(key: string, value: Bytes): void {
    this.#state.set(key, value);
    this.issue({ type: "SetState", key, value, name: "" });
  }

  clearState(key: string): void {
    this.#state.clear(key);
    this.issue({ type: "ClearState", key, name: "" });
  }

  clearAllState(): void {
    this.#state.clearAll();
    this.issue({ type: "ClearAllState", name: "" });
  }

  invocationIdOf(call: CallCommand, commandIndex: number): Durable<string> {
    return this.#invocationIdOf(call.invocationIdCompletionId, call, commandIndex);
  }

  #invocationIdOf(id: number, call: CallCommand | undefined, commandIndex: number): Durable<string> {
    let promise = this.#invocationIds.get(id);
    if (promise === undefined) {
      promise = this.#idLeaf(id, call, commandIndex);
      this.#invocationIds.set(id, promise);
    }
    return promise;
  }

  #idLeaf(id: number, command: Command | undefined, commandIndex: number): Durable<string> {
    const decode: Decode<string> = (result) => {
      if (result.type !== "invocationId") throw unexpected(command, result);
      return result.invocationId;
    };
    return new Leaf(this, { source: { type: "completion", id }, decode, command, commandIndex });
  }

  /** A value that is known at once. A failing decode ends the attempt, as it would later. */
  #decoded<T>(command: Command, decode: () => T): Durable<T> {
    try {
      return this.constant(decode());
    } catch (error) {
      if (error instanceof TerminalError) return new Constant<T>({ reason: markDelivered(error) }, this);
      this.fail(error, command, this.issued - 1);
      return new Never();
    }
  }
}

function unexpected(command: Command | undefined, result: NotificationResult): RestateError {
  return new RestateError(
    `The engine completed ${command?.type ?? "a call"} by "${result.type}", which it cannot be.`,
    {
      errorCode: 571,
    },
  );
}
