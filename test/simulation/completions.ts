import {
  type Command,
  type CompletionNotification,
  decodeInvocationId,
  type NotificationResult,
  type Outcome,
} from "@perdure/sdk/internal";
import type { JournalEntry } from "../../packages/engine/src/state-machine/records.ts";
import { Attempt } from "./attempt.ts";
import type { Facts } from "./facts.ts";
import { findCommand, type Incarnation, type Ledger } from "./ledger.ts";
import { describeResult, findDifference } from "./values.ts";
import { require } from "./violation.ts";

/** Rule 4 of the ledger: whether what was stored as a result is the right one. */

const GONE = "!410 gone";
const NOT_FOUND = "!404 not found";
const ALREADY_INVOKED = "!409 the workflow method was already invoked";
const PROMISE_COMPLETED = "!409 promise was already completed";

interface Stored {
  readonly life: Incarnation;
  readonly entry: JournalEntry;
  readonly facts: Facts;
}

export function requireRightCompletion(ledger: Ledger, { life, entry, facts }: Stored): void {
  const { message } = entry;
  if (message.type !== "Completion") return;
  const before = life.journal.slice(0, life.journal.indexOf(entry));
  const command = findCommand(before, message.completionId);
  const what = (): string =>
    `${life.id}: ${message.kind} ${message.completionId} = ${describeResult(message.result)}`;
  require(command !== undefined, () => `${what()} answers no command.`);
  require(!before.some((other) => isSame(other, message)), () => `${what()} is there twice.`);
  require(isRight(ledger, { life, command, message, facts }), () => `${what()} is not the right result.`);
}

function isSame({ message }: JournalEntry, completion: CompletionNotification): boolean {
  return message.type === "Completion" && message.completionId === completion.completionId;
}

function isRight(
  ledger: Ledger,
  to: {
    readonly life: Incarnation;
    readonly command: Command;
    readonly message: CompletionNotification;
    readonly facts: Facts;
  },
): boolean {
  const { life, command, message, facts } = to;
  const { result } = message;
  const text = describeResult(result);
  if (message.kind === "CallInvocationId") return isCall(command) && result.type === "invocationId";
  if (message.kind !== command.type) return false;
  // Whose result it would have been lives on, where others wait for it.
  if (isCallOrAttach(command) && text.startsWith("!409 Deadlock")) return true;
  switch (command.type) {
    case "Sleep":
      return facts.nowMs >= command.wakeUpTimeMs;
    case "Call": {
      const isRun = ledger.latest(calleeOf(life, command))?.target.handlerKind === "workflow";
      return (
        isOutcome(ledger, calleeOf(life, command), result) ||
        text === GONE ||
        (isRun && text === ALREADY_INVOKED)
      );
    }
    case "AttachInvocation":
    case "GetInvocationOutput": {
      if (text === NOT_FOUND || text === GONE) return true;
      if (result.type === "void") return command.type === "GetInvocationOutput";
      const { target } = command;
      return target.type !== "invocation" || isOutcome(ledger, target.invocationId, result);
    }
    case "GetPromise":
      return ledger.keyed.wasPromised(life.target, command.key, text);
    case "PeekPromise":
      return text === "void" || ledger.keyed.wasPromised(life.target, command.key, text);
    case "CompletePromise":
      return text === "void" || text === PROMISE_COMPLETED;
    case "Run":
      return text.startsWith(`=ran ${message.completionId}`) || text.startsWith("!");
    default:
      return true;
  }
}

function isCall(command: Command): boolean {
  return command.type === "Call" || command.type === "OneWayCall";
}

function isCallOrAttach({ type }: Command): boolean {
  return type === "Call" || type === "AttachInvocation";
}

function lastOutput({ journal }: Incarnation): Outcome | undefined {
  for (let index = journal.length - 1; index > 0; index -= 1) {
    const message = journal[index]?.message;
    if (message?.type === "Output") return message.result;
  }
  return undefined;
}

function calleeOf({ journal }: Incarnation, command: Extract<Command, { type: "Call" }>): string {
  for (const { message } of journal) {
    if (message.type !== "Completion" || message.completionId !== command.invocationIdCompletionId) continue;
    if (message.result.type === "invocationId") return message.result.invocationId;
  }
  return "";
}

/** What ends an invocation from outside, in the words of which its result is kept nowhere else. */
const FROM_OUTSIDE = /^!409 (canceled|killed|Deadlock)|^!500 broken/;

function isOutcome(ledger: Ledger, id: string, result: NotificationResult): boolean {
  const text = describeResult(result);
  const outcomes = ledger.outcomesOf(id);
  if (outcomes.includes(text)) return true;
  const isKnown = outcomes.length > 0 && !outcomes.includes("unknown");
  return !isKnown && FROM_OUTSIDE.test(text);
}

/** How an invocation may end: as its handler said, or by what was done to it. Sets what it ended with. */
export function requireRightOutcome(life: Incarnation, { event, appended }: Facts): void {
  const { id } = life;
  const isOwn = event?.type === "attemptMessages" && event.invocationId === id;
  if (isOwn && event.messages.at(-1)?.type === "End") {
    const output = requireHandlersResult(life);
    life.outcome ??= output;
    const difference = findDifference(life.outcome, output);
    require(difference === undefined, () => `${id} did not end with its output: ${difference}`);
    return;
  }
  const type = event?.type;
  const isDisturbed = type === "control" || type === "attemptFailed" || type === "attemptMessages";
  // A call that closes a ring is taken back, whatever event closed it.
  const isTakenBack = !life.hasStarted && appended.some(({ entries }) => entries.some(tellsOfDeadlock));
  require(isDisturbed || isTakenBack, () => `${id} was ended by ${type ?? "a restart"}.`);
  if (life.outcome === undefined) return;
  const text = describeResult(life.outcome);
  require(FROM_OUTSIDE.test(text), () => `${id} ended with ${text} on ${type}.`);
}

function tellsOfDeadlock({ message }: JournalEntry): boolean {
  if (message.type !== "Completion" || message.result.type !== "failure") return false;
  const { code, message: text } = message.result.failure;
  return code === 409 && text.startsWith("Deadlock:");
}

/** Its journal, replayed, gives the same output and not one command more. */
function requireHandlersResult(life: Incarnation): Outcome | undefined {
  const isLazy = life.journal.some(
    ({ message: { type } }) => type === "GetLazyState" || type === "GetLazyStateKeys",
  );
  const start = { id: decodeInvocationId(life.id), stateMap: [], partialState: isLazy };
  const started = {
    invocationId: life.id,
    target: life.target,
    entries: life.journal,
    protocolVersion: 6 as const,
    start,
  };
  const attempt = new Attempt(started, () => 0);
  attempt.move();
  const left = attempt.outbox.map(({ type }) => type).join();
  require(left === "End", () => `${life.id} ended before its handler did: it would go on with ${left}.`);
  return lastOutput(life);
}
