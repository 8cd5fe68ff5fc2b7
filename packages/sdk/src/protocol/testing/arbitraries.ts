import fc from "fast-check";
import type {
  AwaitTree,
  Bytes,
  CallTarget,
  Combinator,
  Command,
  CompletionKind,
  ControlMessage,
  Failure,
  Header,
  InvocationTarget,
  Message,
  Notification,
  NotificationResult,
  Outcome,
  SignalResult,
} from "../messages.ts";
import type { ProtocolVersion } from "../versions.ts";

/**
 * Random messages for property tests.
 *
 * 1. Each comes back equal from the wire in the version that it was made for: what
 *    the version doesn't have is not set, and a suspension of version 5 or 6 is
 *    already flat.
 * 2. Every type, every optional field and every result that a kind allows occurs.
 */

const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.constantFrom("", "\ufeff", "\ufeffabc", "__proto__"),
);
const uint32: fc.Arbitrary<number> = fc.oneof(fc.nat({ max: 300 }), fc.integer({ min: 0, max: 0xffffffff }));
const millis: fc.Arbitrary<number> = fc.oneof(fc.nat(), fc.maxSafeNat());
const bytes: fc.Arbitrary<Bytes> = fc.uint8Array({ maxLength: 40 });

function ifSet<T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(value, { nil: undefined });
}

/** Set now and then, but only if the version has the field. */
function since<T>(needed: ProtocolVersion, version: ProtocolVersion, value: fc.Arbitrary<T>) {
  return version >= needed ? ifSet(value) : fc.constant(undefined);
}

function arbitraryFailure(version: ProtocolVersion): fc.Arbitrary<Failure> {
  const metadata = fc.dictionary(text, text, { minKeys: 1, maxKeys: 3 });
  return fc.record({ code: uint32, message: text, metadata: since(6, version, metadata) });
}

function arbitraryOutcome(version: ProtocolVersion): fc.Arbitrary<Outcome> {
  return fc.oneof(
    fc.record({ type: fc.constant("success" as const), value: bytes }),
    fc.record({ type: fc.constant("failure" as const), failure: arbitraryFailure(version) }),
  );
}

function arbitrarySignalResult(version: ProtocolVersion): fc.Arbitrary<SignalResult> {
  return fc.oneof(fc.constant({ type: "void" } as const), arbitraryOutcome(version));
}

const headers: fc.Arbitrary<Header[]> = fc.array(fc.record({ key: text, value: text }), { maxLength: 3 });
const signal: fc.Arbitrary<number | string> = fc.oneof(uint32, text);

const combinator: fc.Arbitrary<Combinator> = fc.constantFrom(
  "unknown",
  "firstCompleted",
  "allCompleted",
  "firstSucceededOrAllFailed",
  "allSucceededOrFirstFailed",
);

const leaves = {
  completions: fc.uniqueArray(uint32, { maxLength: 4 }),
  signals: fc.uniqueArray(uint32, { maxLength: 3 }),
  namedSignals: fc.uniqueArray(text, { maxLength: 2 }),
};

function arbitraryTreeOf(levels: number): fc.Arbitrary<AwaitTree> {
  const nested = levels === 1 ? fc.constant([]) : fc.array(arbitraryTreeOf(levels - 1), { maxLength: 3 });
  return fc.record({ combinator, ...leaves, nested });
}

/** A tree of combinators, a few levels deep. */
export const arbitraryAwaitTree: fc.Arbitrary<AwaitTree> = arbitraryTreeOf(3);

/** What versions 5 and 6 make of a tree. */
export const arbitraryFlatAwaitTree: fc.Arbitrary<AwaitTree> = fc.record({
  combinator: fc.constant("firstCompleted" as const),
  ...leaves,
  nested: fc.constant([]),
});

/** Every control message of the version. */
export function arbitraryControl(version: ProtocolVersion): fc.Arbitrary<ControlMessage> {
  const olderToo: fc.Arbitrary<ControlMessage>[] = [
    fc.record({
      type: fc.constant("Start" as const),
      id: fc.uint8Array({ minLength: 24, maxLength: 24 }),
      debugId: text,
      knownEntries: uint32,
      stateMap: fc.array(fc.record({ key: bytes, value: bytes }), { maxLength: 4 }),
      partialState: fc.boolean(),
      key: text,
      retryCountSinceLastStoredEntry: uint32,
      durationSinceLastStoredEntryMs: millis,
      randomSeed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      scope: since(7, version, text),
      limitKey: since(7, version, text),
      idempotencyKey: since(7, version, text),
    }),
    fc.record({
      type: fc.constant("Suspension" as const),
      awaitingOn: version >= 7 ? arbitraryAwaitTree : arbitraryFlatAwaitTree,
    }),
    fc.record({
      type: fc.constant("Error" as const),
      code: uint32,
      message: text,
      stacktrace: text,
      relatedCommandIndex: ifSet(uint32),
      relatedCommandName: ifSet(text),
      relatedCommandType: ifSet(fc.nat({ max: 0xffff })),
      nextRetryDelayMs: ifSet(millis),
      behavior: ifSet(fc.constantFrom("pause" as const, "fail" as const)),
    }),
    fc.constant({ type: "End" as const }),
    fc.record({ type: fc.constant("CommandAck" as const), commandIndex: uint32 }),
    fc.record({
      type: fc.constant("ProposeRunCompletion" as const),
      completionId: uint32,
      result: arbitraryOutcome(version),
    }),
  ];
  if (version < 7) return fc.oneof(...olderToo);
  return fc.oneof(
    ...olderToo,
    fc.record({
      type: fc.constant("AwaitingOn" as const),
      awaitingOn: arbitraryAwaitTree,
      executingSideEffects: fc.boolean(),
    }),
    fc.record({ type: fc.constant("ProposeRunCompletionAck" as const), completionId: uint32 }),
  );
}

function arbitraryCallTarget(version: ProtocolVersion): {
  [K in keyof CallTarget]-?: fc.Arbitrary<CallTarget[K]>;
} {
  return {
    service: text,
    handler: text,
    key: text,
    parameter: bytes,
    headers,
    idempotencyKey: ifSet(text),
    scope: since(7, version, text),
    limitKey: since(7, version, text),
    invocationIdCompletionId: uint32,
  };
}

function arbitraryTarget(version: ProtocolVersion): fc.Arbitrary<InvocationTarget> {
  return fc.oneof(
    fc.record({ type: fc.constant("invocation" as const), invocationId: text }),
    fc.record({
      type: fc.constant("idempotent" as const),
      service: text,
      key: ifSet(text),
      handler: text,
      idempotencyKey: text,
      scope: since(7, version, text),
    }),
    fc.record({
      type: fc.constant("workflow" as const),
      workflow: text,
      key: text,
      scope: since(7, version, text),
    }),
  );
}

/** Every command. */
export function arbitraryCommand(version: ProtocolVersion): fc.Arbitrary<Command> {
  const named = { name: text };
  const completable = { completionId: uint32, name: text };
  const keyed = { key: text };
  const outcome = arbitraryOutcome(version);
  const call = arbitraryCallTarget(version);
  const target = arbitraryTarget(version);
  const byType: { [T in Command["type"]]: fc.Arbitrary<Omit<Extract<Command, { type: T }>, "type">> } = {
    Input: fc.record({ headers, value: bytes, ...named }),
    Output: fc.record({ result: outcome, ...named }),
    GetLazyState: fc.record({ ...keyed, ...completable }),
    SetState: fc.record({ ...keyed, value: bytes, ...named }),
    ClearState: fc.record({ ...keyed, ...named }),
    ClearAllState: fc.record(named),
    GetLazyStateKeys: fc.record(completable),
    GetEagerState: fc.record({ ...keyed, value: ifSet(bytes), ...named }),
    GetEagerStateKeys: fc.record({ keys: fc.array(text, { maxLength: 4 }), ...named }),
    GetPromise: fc.record({ ...keyed, ...completable }),
    PeekPromise: fc.record({ ...keyed, ...completable }),
    CompletePromise: fc.record({ ...keyed, result: outcome, ...completable }),
    Sleep: fc.record({ wakeUpTimeMs: millis, ...completable }),
    Call: fc.record({ ...call, ...completable }),
    OneWayCall: fc.record({ ...call, invokeTimeMs: millis, ...named }),
    SendSignal: fc.record({
      targetInvocationId: text,
      signal,
      result: arbitrarySignalResult(version),
      ...named,
    }),
    Run: fc.record(completable),
    AttachInvocation: fc.record({ target, ...completable }),
    GetInvocationOutput: fc.record({ target, ...completable }),
    CompleteAwakeable: fc.record({ awakeableId: text, result: outcome, ...named }),
  };
  const types = Object.keys(byType) as Command["type"][];
  return fc.oneof(...types.map((type) => byType[type].map((fields) => ({ type, ...fields }) as Command)));
}

type ResultType = NotificationResult["type"];

/** The results that the protocol allows for each kind, written down a second time. Section 2.5. */
export const RESULT_TYPES: Readonly<Record<CompletionKind, readonly ResultType[]>> = {
  GetLazyState: ["void", "success"],
  GetLazyStateKeys: ["stateKeys"],
  GetPromise: ["success", "failure"],
  PeekPromise: ["void", "success", "failure"],
  CompletePromise: ["void", "failure"],
  Sleep: ["void"],
  Call: ["success", "failure"],
  CallInvocationId: ["invocationId"],
  Run: ["success", "failure"],
  AttachInvocation: ["success", "failure"],
  GetInvocationOutput: ["void", "success", "failure"],
};

function arbitraryResult(type: ResultType, version: ProtocolVersion): fc.Arbitrary<NotificationResult> {
  switch (type) {
    case "void":
      return fc.constant({ type });
    case "success":
      return bytes.map((value) => ({ type, value }));
    case "failure":
      return arbitraryFailure(version).map((failure) => ({ type, failure }));
    case "invocationId":
      return text.map((invocationId) => ({ type, invocationId }));
    case "stateKeys":
      return fc.array(text, { maxLength: 4 }).map((keys) => ({ type, keys }));
  }
}

/** Every notification that can be sent. */
export function arbitraryNotification(version: ProtocolVersion): fc.Arbitrary<Notification> {
  const kinds = Object.keys(RESULT_TYPES) as CompletionKind[];
  const completions = kinds.map((kind) =>
    fc.record({
      type: fc.constant("Completion" as const),
      kind: fc.constant(kind),
      completionId: uint32,
      result: fc.oneof(...RESULT_TYPES[kind].map((type) => arbitraryResult(type, version))),
    }),
  );
  const signals = fc.record({
    type: fc.constant("Signal" as const),
    signal,
    result: arbitrarySignalResult(version),
  });
  return fc.oneof(...completions, signals);
}

/** Any message that can be sent in the version. */
export function arbitraryMessage(version: ProtocolVersion): fc.Arbitrary<Message> {
  return fc.oneof(arbitraryControl(version), arbitraryCommand(version), arbitraryNotification(version));
}

/** A byte string cut at random places; some pieces are empty. */
export function arbitrarySplit(whole: Bytes): fc.Arbitrary<Bytes[]> {
  return fc.array(fc.nat({ max: whole.length }), { maxLength: 20 }).map((cuts) => {
    const ends = [...cuts.sort((a, b) => a - b), whole.length];
    return ends.map((end, index) => whole.subarray(ends[index - 1] ?? 0, end));
  });
}
