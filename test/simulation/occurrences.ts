import type { Facts } from "./facts.ts";
import { describeResult } from "./values.ts";

/** Results that say what happened to someone. */
const TOLD = [
  "!409 canceled",
  "!409 killed",
  "!409 Deadlock",
  "!409 cancelled",
  "!409 promise was already completed",
  "!409 the workflow method was already invoked",
  "!404 not found",
  "!410 gone",
  "!422 declined",
  "!500 broken",
];

/** The names of all that a step was about, to show that histories are about everything. */
export function namesOf({ event, appended, ended, replaced }: Facts): string[] {
  const names: string[] = [event?.type === "control" ? event.action : (event?.type ?? "start")];
  if (event?.type === "timer") names.push(`timer of ${event.timer.type}`);
  if (replaced.length > 0) names.push("an id used again at once");
  for (const { message } of appended.flatMap(({ entries }) => entries)) {
    if (message.type === "Signal") names.push(message.signal === 1 ? "cancel signal" : "signal");
    else if (message.type !== "Completion") names.push(message.type);
    else names.push(`${message.kind} completed`, ...toldBy(describeResult(message.result)));
  }
  for (const { outcome } of ended) if (outcome !== undefined) names.push(...toldBy(describeResult(outcome)));
  return names;
}

function toldBy(text: string): string[] {
  return TOLD.filter((told) => text.startsWith(told));
}

/** Everything that enough histories must have been about. */
export const EXPECTED: readonly string[] = [
  ...["start", "invoke", "attach", "detach", "attemptMessages", "attemptFailed", "timer"],
  ...["timer of execute", "timer of sleep", "timer of retry"],
  ...["completeAwakeable", "restart", "editState", "resultLoaded", "sweep"],
  ...["cancel", "kill", "pause", "resume", "purge", "cancel signal", "signal"],
  ...["SetState", "ClearState", "ClearAllState", "GetEagerState", "GetEagerStateKeys"],
  ...["GetLazyState completed", "GetLazyStateKeys completed", "Sleep completed", "Run completed"],
  ...["Call completed", "CallInvocationId completed", "OneWayCall", "SendSignal", "CompleteAwakeable"],
  ...["GetPromise completed", "PeekPromise completed", "CompletePromise completed"],
  ...["AttachInvocation completed", "GetInvocationOutput completed", "Output"],
  ...TOLD,
];
