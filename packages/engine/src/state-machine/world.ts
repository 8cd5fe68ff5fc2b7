import { type CompletionNotification, type Outcome, TransientMap, TransientSet } from "@perdure/sdk/internal";
import type { FoundDeadlock } from "../engine-api.ts";
import type { ServiceDirectory } from "../registry/service-info.ts";
import { encodeEntry, encodeLive, encodePromise } from "./codec.ts";
import { CompletedTable } from "./completed-table.ts";
import type { Xxh3 } from "./ids.ts";
import { instanceOf, invocationKey, journalKey, promiseKey, stateKey } from "./keys.ts";
import type { JournalEntry, LiveInvocation, PromiseRecord, Value } from "./records.ts";
import { type Step, StepBuilder } from "./step.ts";

/** An operator's replacement of a key's state, which waits for the lock. */
export interface QueuedEdit {
  readonly seq: number;
  readonly service: string;
  readonly key: string;
  readonly state: ReadonlyMap<string, Value>;
  readonly version: string | undefined;
}

export type InboxItem =
  | { readonly type: "invocation"; readonly id: string }
  | { readonly type: "edit"; readonly edit: QueuedEdit };

/** What a world is told once. */
export interface WorldOptions {
  readonly directory: ServiceDirectory;
  readonly xxh3: Xxh3;
  /** Nothing survives its process: only what is read back while it runs is written, which is archives. */
  readonly isVolatile?: boolean | undefined;
}

/**
 * Everything that the engine knows, and the step that is being made.
 *
 * 1. State is changed here and nowhere else, and every change of something that
 *    survives a restart puts its write into the step.
 * 2. What is new of an invocation is written once, when the step ends: of one that
 *    has ended by then, nothing.
 */
export class World {
  readonly directory: ServiceDirectory;
  readonly xxh3: Xxh3;
  readonly isVolatile: boolean;
  readonly live: TransientMap<string, LiveInvocation> = new TransientMap();
  readonly completed: CompletedTable = new CompletedTable();
  /** By instance: `instanceOf(service, key)`. */
  readonly states: Map<string, Map<string, Value>> = new Map();
  readonly promises: Map<string, Map<string, PromiseRecord>> = new Map();
  /** Who holds the lock of an instance. */
  readonly locks: TransientMap<string, string> = new TransientMap();
  readonly inboxes: TransientMap<string, InboxItem[]> = new TransientMap();
  /** What the attempts that run were started with. */
  readonly running: TransientMap<
    string,
    { readonly deploymentId: string; readonly protocolVersion: number }
  > = new TransientMap();
  /** Those whose waiting may have become for ever; looked at before the step ends. Not stored. */
  readonly suspects: TransientSet<LiveInvocation> = new TransientSet();
  /** The deadlocks that were found last. Not stored. */
  readonly deadlocks: FoundDeadlock[] = [];
  nextSeq = 1;
  nextAttempt = 1;
  nowMs = 0;
  step: StepBuilder = new StepBuilder();
  /** Their facts have changed. */
  #dirty = new Set<LiveInvocation>();
  /** Their journals have become longer. */
  #longer = new Set<LiveInvocation>();

  constructor(options: WorldOptions) {
    this.directory = options.directory;
    this.xxh3 = options.xxh3;
    this.isVolatile = options.isVolatile ?? false;
  }

  takeStep(): Step {
    for (const invocation of this.#longer) {
      if (this.live.get(invocation.id) === invocation) this.#writeNewEntries(invocation);
    }
    if (this.#longer.size > 0) this.#longer = new Set();
    for (const invocation of this.#dirty) {
      if (this.live.get(invocation.id) === invocation) {
        this.step.write(invocationKey(invocation.id), encodeLive(invocation));
      }
    }
    // New ones, for the reason that `TransientSet` tells of.
    if (this.#dirty.size > 0) this.#dirty = new Set();
    const step = this.step.build();
    this.step = new StepBuilder();
    return step;
  }

  takeSeq(): number {
    const seq = this.nextSeq;
    this.nextSeq += 1;
    return seq;
  }

  touch(invocation: LiveInvocation): void {
    invocation.modifiedAtMs = this.nowMs;
    if (!this.isVolatile) this.#dirty.add(invocation);
  }

  /** Takes back what is stored of an invocation that has ended. */
  deleteStored(invocation: LiveInvocation): void {
    if (this.isVolatile) return;
    this.step.write(invocationKey(invocation.id), undefined);
    for (let index = 0; index < invocation.storedEntries; index += 1) {
      this.step.write(journalKey(invocation.id, index), undefined);
    }
  }

  #writeNewEntries(invocation: LiveInvocation): void {
    const { id, journal } = invocation;
    for (let index = invocation.storedEntries; index < journal.length; index += 1) {
      this.step.write(journalKey(id, index), encodeEntry(journal[index] as JournalEntry));
    }
    invocation.storedEntries = journal.length;
  }

  /** Stores an entry at the end of the journal and returns its index. */
  append(invocation: LiveInvocation, message: JournalEntry["message"]): number {
    const index = invocation.journal.length;
    const entry = { message, appendedAtMs: this.nowMs };
    invocation.journal.push(entry);
    noteEntry(invocation, entry);
    if (!this.isVolatile) this.#longer.add(invocation);
    return index;
  }

  stateOf(service: string, key: string): ReadonlyMap<string, Value> {
    return this.states.get(instanceOf(service, key)) ?? NO_STATE;
  }

  setState(service: string, key: string, name: string, value: Value | undefined): void {
    const instance = instanceOf(service, key);
    let state = this.states.get(instance);
    if (value !== undefined) {
      if (state === undefined) {
        state = new Map();
        this.states.set(instance, state);
      }
      state.set(name, value);
    } else {
      if (state === undefined || !state.delete(name)) return;
      if (state.size === 0) this.states.delete(instance);
    }
    if (!this.isVolatile) this.step.write(stateKey(service, key, name), value);
  }

  clearState(service: string, key: string): void {
    for (const name of [...this.stateOf(service, key).keys()]) this.setState(service, key, name, undefined);
  }

  /** The promise of a workflow, made when it is first asked for. */
  promiseOf(service: string, key: string, name: string): PromiseRecord {
    const instance = instanceOf(service, key);
    let promises = this.promises.get(instance);
    if (promises === undefined) {
      promises = new Map();
      this.promises.set(instance, promises);
    }
    let promise = promises.get(name);
    if (promise === undefined) {
      promise = { result: undefined, waiting: [] };
      promises.set(name, promise);
    }
    return promise;
  }

  writePromise(service: string, key: string, name: string): void {
    if (this.isVolatile) return;
    this.step.write(promiseKey(service, key, name), encodePromise(this.promiseOf(service, key, name)));
  }

  /** What a promise was completed with, if it was; asking leaves nothing behind. */
  promiseResult(service: string, key: string, name: string): Outcome | undefined {
    return this.promises.get(instanceOf(service, key))?.get(name)?.result;
  }

  /** Forgets the results. Handlers that still wait go on waiting. */
  clearPromises(service: string, key: string): void {
    for (const [name, { result }] of this.promises.get(instanceOf(service, key)) ?? []) {
      if (result === undefined) continue;
      this.step.write(promiseKey(service, key, name), undefined);
      this.#dropPromise(service, key, name);
    }
  }

  /** An invocation does not wait any more. */
  leavePromise(
    at: { readonly service: string; readonly key: string; readonly name: string },
    id: string,
  ): void {
    const { service, key, name } = at;
    const waiting = this.promises.get(instanceOf(service, key))?.get(name)?.waiting;
    if (waiting === undefined) return;
    waiting.splice(0, waiting.length, ...waiting.filter(({ callerId }) => callerId !== id));
    if (waiting.length === 0 && this.promiseResult(service, key, name) === undefined) {
      this.#dropPromise(service, key, name);
    }
  }

  #dropPromise(service: string, key: string, name: string): void {
    const instance = instanceOf(service, key);
    const promises = this.promises.get(instance);
    promises?.delete(name);
    if (promises?.size === 0) this.promises.delete(instance);
  }
}

const NO_STATE: ReadonlyMap<string, Value> = new Map();

/** Keeps what is derived from the journal: counts, and which completions are still to come. */
export function noteEntry(invocation: LiveInvocation, { message }: JournalEntry): void {
  switch (message.type) {
    case "Signal":
      return;
    case "Completion":
      noteCompletion(invocation, message);
      return;
    case "Call":
      invocation.callees.set(message.invocationIdCompletionId, "");
      invocation.expected.set(message.completionId, message);
      break;
    case "GetLazyState":
    case "GetLazyStateKeys":
    case "GetPromise":
    case "PeekPromise":
    case "CompletePromise":
    case "Sleep":
    case "Run":
    case "AttachInvocation":
    case "GetInvocationOutput":
      invocation.expected.set(message.completionId, message);
      break;
    default:
      break;
  }
  invocation.commandCount += 1;
}

function noteCompletion(
  { expected, completed, callees }: LiveInvocation,
  { completionId, result }: CompletionNotification,
): void {
  completed.set(completionId, result.type === "failure");
  const command = expected.get(completionId);
  expected.delete(completionId);
  if (command?.type === "Call") callees.delete(command.invocationIdCompletionId);
  else if (result.type === "invocationId" && callees.has(completionId)) {
    callees.set(completionId, result.invocationId);
  }
}
