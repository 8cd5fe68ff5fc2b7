import type { ControlAction } from "@perdure/engine/internal";
import type { Serde, TypedState } from "@perdure/sdk";
import type { Ingress } from "@perdure/sdk/clients";
import { toRecordedJournal } from "../journal/from-engine.ts";
import type { RecordedJournal } from "../journal/recorded-journal.ts";
import type { Misuse } from "../misuse/misuse.ts";
import type { Assembled } from "./assemble.ts";
import { type InvocationFilter, listInvocations, type TestInvocation } from "./invocations.ts";
import type { RunningInvocation } from "./running.ts";
import { createTestClock, type TestClock } from "./test-clock.ts";
import { TestEngineError } from "./test-engine-error.ts";
import { type KeyedDefinition, openState, type StateOf, type TestState } from "./test-state.ts";
import type { TestPlace } from "./where.ts";

/** An invocation: its id, or what a send has given. */
export type InvocationRef = string | { readonly invocationId: string };

/** A whole engine for one test, in this process and in memory. */
export interface TestEngine extends AsyncDisposable {
  /** What runs the handlers: for a test that makes sense in one place only. */
  readonly on: TestPlace;
  /** Calls services as a client from outside does. */
  readonly client: Ingress;
  /** The time. */
  readonly clock: TestClock;
  /** The state of one key of an object or a workflow, with the types that its handlers declare. */
  stateOf<D extends KeyedDefinition>(definition: D, key: string): TestState<StateOf<D>>;
  /** The same, with the types that are given. */
  stateOf<S extends TypedState>(definition: KeyedDefinition, key: string): TestState<S>;
  /** All invocations that the engine knows, the oldest first; of one time, those first that ran first. */
  invocations(filter?: InvocationFilter): Promise<readonly TestInvocation[]>;
  /** What an invocation has recorded so far, or had when it ended. */
  journal(invocation: InvocationRef): Promise<RecordedJournal>;
  /** Cancels an invocation: the handler's next await throws, so that it can compensate. */
  cancel(invocation: InvocationRef): Promise<void>;
  /** Ends an invocation at once. Nothing of its code runs any more. */
  kill(invocation: InvocationRef): Promise<void>;
  /** Lets an invocation that is paused go on, with its failures forgotten. */
  resume(invocation: InvocationRef): Promise<void>;
  /** Gives an awakeable its value, with the serde of the awakeable (JSON when absent). */
  resolveAwakeable<T>(id: string, value?: T, serde?: Serde<T>): Promise<void>;
  /** Makes an awakeable fail with a `TerminalError`. */
  rejectAwakeable(id: string, reason: string): Promise<void>;
  /** What has not ended, and what each waits for, in words. */
  running(): Promise<readonly RunningInvocation[]>;
  /** What handlers did so far that a replay may not repeat, each with its line. */
  misuses(): readonly Misuse[];
  /**
   * Ends the engine and all that runs, without a word: ask `running()` before, if that
   * matters. May be called twice. Rejects with a `MisuseError` if the engine is strict and
   * there was misuse that nobody has read by `misuses()`.
   */
  close(): Promise<void>;
}

/** What tests see of an engine. */
export function toTestEngine(parts: Assembled): TestEngine {
  const { api, client, endpoint, time, activity, pacemaker } = parts;
  const control = async (action: ControlAction, invocation: InvocationRef): Promise<void> => {
    const id = toId(invocation);
    const { type } = await api.control(action, id);
    if (type !== "done" && type !== "underWay") throw refused(action, id, type);
  };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closing ??= parts.close();
    return closing;
  };
  return {
    on: "engine",
    client,
    clock: createTestClock(time, pacemaker),
    stateOf: (definition: KeyedDefinition, key: string): never =>
      openState({ api, endpoint, activity }, definition, key) as never,
    invocations: async (filter = {}) => {
      await activity.quiet();
      return listInvocations(api, { filter, orderOf: parts.orderOf });
    },
    journal: async (invocation) => {
      await activity.quiet();
      const id = toId(invocation);
      const live = [...api.liveInvocations()].find((one) => one.id === id);
      const record = live ?? (await api.archive(id));
      if (record === undefined) throw refused("journal", id, "notFound");
      return toRecordedJournal(record);
    },
    cancel: (invocation) => control("cancel", invocation),
    kill: (invocation) => control("kill", invocation),
    resume: (invocation) => control("resume", invocation),
    resolveAwakeable: (id, value, serde) => client.resolveAwakeable(id, value, serde),
    rejectAwakeable: (id, reason) => client.rejectAwakeable(id, reason),
    running: async () => parts.running(),
    misuses: parts.misuses,
    close,
    [Symbol.asyncDispose]: close,
  };
}

export function toId(invocation: InvocationRef): string {
  return typeof invocation === "string" ? invocation : invocation.invocationId;
}

export function refused(what: string, id: string, why: string): TestEngineError {
  const reasons: Readonly<Record<string, string>> = {
    notFound: "the engine does not know it: it never was, or its retention is over",
    alreadyCompleted: "it has ended",
  };
  return new TestEngineError(
    "misused",
    `${what} of ${id}: ${reasons[why] ?? why}.`,
    "engine.invocations() shows what there is.",
  );
}
