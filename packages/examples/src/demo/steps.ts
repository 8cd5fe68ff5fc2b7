import type { EngineApi } from "@perdure/engine";

/** One step of a handler, as its journal shows it. Times in milliseconds since the epoch. */
export interface Step {
  readonly title: string;
  readonly begunAt: number;
  /** When its result was stored. */
  readonly doneAt: number;
}

/** The life of one process. */
export interface Life {
  readonly pid: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

type Journal = NonNullable<Awaited<ReturnType<EngineApi["archive"]>>>["journal"];
type Message = Journal[number]["message"];

/** The steps of an invocation that has ended. State writes, the input and the output are left out. */
export function toSteps(journal: Journal): Step[] {
  const doneAt = new Map<number, number>();
  for (const { message, appendedAtMs } of journal) {
    if (message.type === "Completion") doneAt.set(message.completionId, appendedAtMs);
  }
  return journal.flatMap(({ message, appendedAtMs }) => {
    const title = toTitle(message);
    if (title === undefined) return [];
    const id = "completionId" in message ? message.completionId : undefined;
    // A message without a result is sent when it is in the journal.
    const done = id === undefined ? appendedAtMs : doneAt.get(id);
    return [{ title, begunAt: appendedAtMs, doneAt: done ?? Number.POSITIVE_INFINITY }];
  });
}

/** A row for each step, and a column for each process: what became of the step in it. */
export function toRows(steps: readonly Step[], lives: readonly Life[]): string[][] {
  return steps.map((step) => [step.title, ...lives.map((life) => whatBecameOf(step, life))]);
}

function whatBecameOf({ begunAt, doneAt }: Step, { startedAt, endedAt }: Life): string {
  if (doneAt < startedAt) return "from the journal";
  if (doneAt <= endedAt) return "done";
  return begunAt <= endedAt ? "killed here" : "";
}

function toTitle(message: Message): string | undefined {
  if (message.type === "Run") return `run   "${message.name}"`;
  if (message.type === "GetPromise") return `await "${message.key}"`;
  if (message.type !== "Call" && message.type !== "OneWayCall") return undefined;
  const path = [message.service, message.key, message.handler].filter((part) => part !== "").join("/");
  return `${message.type === "Call" ? "call" : "send"}  ${path}`;
}
