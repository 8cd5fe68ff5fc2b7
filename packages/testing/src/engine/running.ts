import { describeTarget, type LiveInvocation, type LiveStatus } from "@perdure/engine/internal";
import {
  type AwaitTree,
  type Command,
  decodeInvocationId,
  encodeAwakeableId,
  type Rest,
} from "@perdure/sdk/internal";
import { sayTime } from "./words.ts";

/** An invocation that has not ended, and what it waits for. */
export interface RunningInvocation {
  readonly invocationId: string;
  /** `service/handler` or `service/key/handler`. */
  readonly target: string;
  readonly status: LiveStatus;
  /** In words: what it waits for, and how it failed last. */
  readonly why: string;
}

export interface RunningParts {
  readonly live: readonly LiveInvocation[];
  readonly nowMs: number;
  readonly restOf: (attempt: number) => Rest | undefined;
  readonly runsOf: (invocationId: string) => readonly string[];
}

export function toRunning(parts: RunningParts): readonly RunningInvocation[] {
  return parts.live.map((invocation) => ({
    invocationId: invocation.id,
    target: describeTarget(invocation.target),
    status: invocation.status,
    why: sayWhy(invocation, parts),
  }));
}

export function sayRunning({ invocationId, target, why }: RunningInvocation): string {
  return `${target} (${invocationId}) ${why}`;
}

function sayWhy(invocation: LiveInvocation, parts: RunningParts): string {
  switch (invocation.status) {
    case "scheduled":
      return `starts at ${sayTime(invocation.executeAtMs ?? parts.nowMs, parts.nowMs)}`;
    case "inboxed":
      return `waits for its key, ${sayHolder(invocation, parts)}`;
    case "paused":
      return `is paused${sayFailure(invocation)}`;
    case "suspended":
      return `waits for ${sayTree(invocation, invocation.awaitingOn, parts)}`;
    case "invoked":
      return sayInvoked(invocation, parts);
  }
}

function sayInvoked(invocation: LiveInvocation, parts: RunningParts): string {
  const { attempt, nextRetryAtMs, id } = invocation;
  if (attempt === 0) {
    const again =
      nextRetryAtMs === undefined ? "" : `is tried again at ${sayTime(nextRetryAtMs, parts.nowMs)}`;
    return `${again}${sayFailure(invocation)}`;
  }
  const rest = parts.restOf(attempt);
  if (rest === undefined) return "has just started";
  const runs = parts.runsOf(id).map((name) => (name === "" ? "an unnamed run" : `run "${name}"`));
  if (rest.runs > 0) return `waits for ${runs.join(", ") || "a run"}, which is under way`;
  if (rest.awaiting) return `waits for ${sayTree(invocation, invocation.reportedAwait, parts)}`;
  return "waits for something that is not of ctx: a timer, I/O or a promise of its own. The time stands still meanwhile";
}

function sayHolder({ target }: LiveInvocation, { live }: RunningParts): string {
  const holder = live.find(
    (other) =>
      other.target.service === target.service &&
      other.target.key === target.key &&
      other.target.handlerKind === "exclusive" &&
      (other.status === "invoked" || other.status === "suspended" || other.status === "paused"),
  );
  return holder === undefined
    ? "which another one holds"
    : `which ${describeTarget(holder.target)} (${holder.id}) holds`;
}

function sayFailure({ lastFailure, retryCount, policyFailures }: LiveInvocation): string {
  if (lastFailure === undefined) return "";
  const failures = Math.max(retryCount, policyFailures);
  return `; it has failed ${failures === 1 ? "once" : `${failures} times in a row`}, the last time with: ${lastFailure.message}`;
}

function sayTree(invocation: LiveInvocation, tree: AwaitTree | undefined, parts: RunningParts): string {
  if (tree === undefined) return "something in its journal";
  const all = [...leavesOf(invocation, tree, parts)];
  return all.length === 0 ? "something in its journal" : all.join(", ");
}

/** Signals below are the protocol's own. */
const FIRST_AWAKEABLE = 17;

function* leavesOf(invocation: LiveInvocation, tree: AwaitTree, parts: RunningParts): Iterable<string> {
  for (const id of tree.completions) yield sayCommand(invocation, id, parts);
  for (const signal of tree.signals) {
    if (signal < FIRST_AWAKEABLE) continue;
    yield `awakeable ${encodeAwakeableId(decodeInvocationId(invocation.id), signal)}`;
  }
  for (const name of tree.namedSignals) yield `signal "${name}"`;
  for (const nested of tree.nested) yield* leavesOf(invocation, nested, parts);
}

function sayCommand(invocation: LiveInvocation, completionId: number, { nowMs }: RunningParts): string {
  const command = invocation.expected.get(completionId);
  if (command === undefined) return `completion ${completionId}`;
  switch (command.type) {
    case "Sleep":
      return `a sleep until ${sayTime(command.wakeUpTimeMs, nowMs)}`;
    case "Call":
      return `a call of ${sayCallee(command)}${sayCalleeId(invocation, command)}`;
    case "GetPromise":
      return `promise "${command.key}"`;
    case "Run":
      return `run "${command.name}"`;
    case "AttachInvocation":
      return "an invocation that it is attached to";
    default:
      return command.type;
  }
}

function sayCallee({ service, key, handler }: Extract<Command, { type: "Call" }>): string {
  return describeTarget({ service, handler, key: key === "" ? undefined : key });
}

function sayCalleeId({ journal }: LiveInvocation, command: Extract<Command, { type: "Call" }>): string {
  for (const { message } of journal) {
    if (message.type !== "Completion" || message.completionId !== command.invocationIdCompletionId) continue;
    if (message.result.type === "invocationId") return ` (${message.result.invocationId})`;
  }
  return "";
}
