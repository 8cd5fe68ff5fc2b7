import {
  type Command,
  encodeInvocationId,
  encodeMessages,
  type Message,
  type Notification,
} from "@perdure/sdk/internal";
import type { Target } from "../measure/results.ts";

/**
 * What the endpoints are given to do: the messages that the server sends, and those that
 * it is to get, by heart.
 */
export interface Work {
  readonly name: string;
  readonly path: string;
  /** Per attempt, how many commands or invocations the cost is divided by. */
  readonly units: number;
  /** Attempts at the same time. */
  readonly concurrency: number;
  /** Attempts of one measurement; at least the concurrency. */
  readonly attempts: number;
  /** Start and the journal. */
  readonly journal: readonly Message[];
  /** What must come, and what is to be answered to it at once. */
  readonly dialogue: readonly Exchange[];
  readonly target?: Target;
}

export interface Exchange {
  readonly expected: readonly Message[];
  readonly answer: readonly Message[];
}

export const VERSION = 6;

const NO_NAME = "";
const ID = new Uint8Array(24).map((_, index) => 17 * (index + 1));
const CALLEE_ID = encodeInvocationId(ID.map((byte) => byte ^ 0xff));
const utf8 = new TextEncoder();

const toJson = (value: unknown): Uint8Array => utf8.encode(JSON.stringify(value));

interface AttemptOptions {
  readonly n: number;
  readonly entries?: readonly Message[];
  readonly key?: string;
}

function startOf({ n, entries = [], key = "" }: AttemptOptions): Message[] {
  return [
    {
      type: "Start",
      id: ID,
      debugId: encodeInvocationId(ID),
      knownEntries: 1 + entries.length,
      stateMap: [],
      partialState: key === "",
      key,
      retryCountSinceLastStoredEntry: 0,
      durationSinceLastStoredEntryMs: 0,
      randomSeed: 0x1234_5678_9abc_def0n,
    },
    {
      type: "Input",
      headers: [{ key: "content-type", value: "application/json" }],
      value: toJson({ n }),
      name: NO_NAME,
    },
    ...entries,
  ];
}

function endOf(value: unknown): Message[] {
  return [
    { type: "Output", result: { type: "success", value: toJson(value) }, name: NO_NAME },
    { type: "End" },
  ];
}

/** The `i`th call of a handler that makes nothing but calls: two completions each. */
function callOf(i: number): { command: Command; id: Notification; result: Notification } {
  const first = 2 * i + 1;
  const result = { type: "success", value: toJson(i) } as const;
  return {
    command: {
      type: "Call",
      service: "Echo",
      handler: "echo",
      key: "",
      parameter: toJson(i),
      headers: [],
      invocationIdCompletionId: first,
      completionId: first + 1,
      name: NO_NAME,
    },
    id: {
      type: "Completion",
      kind: "CallInvocationId",
      completionId: first,
      result: { type: "invocationId", invocationId: CALLEE_ID },
    },
    result: { type: "Completion", kind: "Call", completionId: first + 1, result },
  };
}

function runOf(i: number): { command: Command; proposal: Message; result: Notification } {
  const result = { type: "success", value: toJson(i) } as const;
  return {
    command: { type: "Run", completionId: i + 1, name: "step" },
    proposal: { type: "ProposeRunCompletion", completionId: i + 1, result },
    result: { type: "Completion", kind: "Run", completionId: i + 1, result },
  };
}

const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

const sumBelow = (n: number): number => (n * (n - 1)) / 2;

/** A journal that ends where the handler does. */
interface ReplayOptions {
  readonly kind: "calls" | "runs" | "sleeps" | "sets" | "all" | "plainAll";
  readonly n: number;
  readonly attempts: number;
  readonly target?: Target;
}

export function replayOf({ kind, n, attempts, target }: ReplayOptions): Work {
  const sums = kind === "sets" || kind === "sleeps" ? n : sumBelow(n);
  return {
    name: `replay ${n.toLocaleString("en")} ${kind}`,
    path: `/invoke/${kind === "sets" ? "Store" : "Bench"}/${kind}`,
    units: n,
    concurrency: 1,
    attempts,
    journal: startOf({ n, entries: entriesOf(kind, n), ...(kind === "sets" ? { key: "a key" } : {}) }),
    dialogue: [{ expected: endOf(sums), answer: [] }],
    ...(target === undefined ? {} : { target }),
  };
}

function entriesOf(kind: ReplayOptions["kind"], n: number): Message[] {
  switch (kind) {
    case "calls":
      return times(n, callOf).flatMap(({ command, id, result }) => [command, id, result]);
    case "all":
    case "plainAll": {
      const calls = times(n, callOf);
      return [
        ...calls.map(({ command }) => command),
        ...calls.map(({ id }) => id),
        ...calls.map(({ result }) => result),
      ];
    }
    case "runs":
      return times(n, runOf).flatMap(({ command, result }) => [command, result]);
    case "sleeps":
      return times(n, (i): Message[] => [
        { type: "Sleep", wakeUpTimeMs: 1_700_000_000_000 + i, completionId: i + 1, name: NO_NAME },
        { type: "Completion", kind: "Sleep", completionId: i + 1, result: { type: "void" } },
      ]).flat();
    case "sets":
      return times(n, (i): Message => ({ type: "SetState", key: "value", value: toJson(i), name: NO_NAME }));
  }
}

interface LiveOptions {
  readonly name: string;
  readonly kind: "calls" | "runs" | "empty";
  readonly n: number;
  readonly units: number;
  readonly concurrency: number;
  readonly attempts: number;
  readonly target?: Target;
}

export function liveOf({ name, kind, n, units, concurrency, attempts, target }: LiveOptions): Work {
  const end: Exchange = { expected: endOf(kind === "empty" ? n : sumBelow(n)), answer: [] };
  const steps =
    kind === "empty"
      ? []
      : times(n, (i): Exchange => {
          if (kind === "runs") {
            const { command, proposal, result } = runOf(i);
            return { expected: [command, proposal], answer: [result] };
          }
          const { command, id, result } = callOf(i);
          return { expected: [command], answer: [id, result] };
        });
  return {
    name,
    path: `/invoke/Bench/${kind}`,
    units,
    concurrency,
    attempts,
    journal: startOf({ n }),
    dialogue: [...steps, end],
    ...(target === undefined ? {} : { target }),
  };
}

/** All that the protocol bench measures, of the sizes of design.md or, to try it out, tiny. */
export function createWorks(quick: boolean): Work[] {
  const small = quick ? 10 : 1000;
  const large = quick ? 100 : 10_000;
  const repeat = (attempts: number): number => (quick ? 2 : attempts);
  const short = { concurrency: quick ? 5 : 50, units: 1, target: { atMost: 0.35 } };
  const replayed = { atMost: 0.35 };
  return [
    replayOf({ kind: "calls", n: small, attempts: repeat(5), target: replayed }),
    replayOf({ kind: "calls", n: large, attempts: 1, target: replayed }),
    replayOf({ kind: "runs", n: small, attempts: repeat(6), target: replayed }),
    replayOf({ kind: "runs", n: large, attempts: 1, target: replayed }),
    replayOf({ kind: "sets", n: small, attempts: repeat(8) }),
    replayOf({ kind: "sets", n: large, attempts: 1 }),
    replayOf({ kind: "sleeps", n: small, attempts: repeat(8), target: replayed }),
    replayOf({ kind: "sleeps", n: large, attempts: 1, target: replayed }),
    replayOf({ kind: "all", n: small, attempts: repeat(2), target: { atMost: 0.1 } }),
    liveOf({
      name: `live, ${small.toLocaleString("en")} calls, one after another`,
      kind: "calls",
      n: small,
      units: small,
      concurrency: 1,
      attempts: repeat(2),
      target: { atMost: 0.65 },
    }),
    liveOf({ name: "short, empty", kind: "empty", n: 7, attempts: quick ? 5 : 500, ...short }),
    liveOf({ name: "short, one call", kind: "calls", n: 1, attempts: quick ? 5 : 400, ...short }),
    liveOf({ name: "short, ten runs", kind: "runs", n: 10, attempts: quick ? 5 : 150, ...short }),
  ];
}

/** One message by itself. */
export function encodeOne(message: Message): Uint8Array {
  return encodeMessages([message], VERSION);
}
