import {
  type BoundHandler,
  isCommand,
  type Message,
  type Notification,
  type Runtime,
} from "@perdure/sdk/internal";
import type { Random } from "./random.ts";
import { DrivenAttempt, type Entry, turn } from "./sim-engine.ts";

/**
 * Replays a journal from its first `prefixLength` entries: the engine then stores
 * the same notifications in the same order, with other timing. The code has to
 * issue the commands that the rest of the journal holds, and to end alike.
 */
export interface ReplayOptions {
  readonly handler: BoundHandler;
  readonly journal: readonly Entry[];
  readonly prefixLength: number;
  readonly random: Random;
  readonly runtime?: Runtime | undefined;
}

/** Turns in a row in which nothing moves, after which the replay is called stuck. */
const IDLE_TURNS_MAX = 60;

/** Turns in which a run that was just started may propose its result. */
const PROPOSAL_TURNS_MAX = 20;

/** What went wrong; `undefined` when the replay agreed to the end. */
export async function replayFromPrefix(options: ReplayOptions): Promise<string | undefined> {
  const { handler, journal, prefixLength, random, runtime } = options;
  const attempt = new DrivenAttempt({ handler, prefix: journal.slice(0, prefixLength), runtime });
  const expected = journal.slice(prefixLength).filter(isCommand);
  const coming = toComing(journal, prefixLength);
  const proposed = new Set<number>();
  let issued = 0;
  let ended = false;
  for (let idle = 0; !ended; idle += 1) {
    await turn();
    if (idle > IDLE_TURNS_MAX) return `stuck before command ${show(expected[issued])}`;
    for (const message of attempt.uplink.splice(0)) {
      idle = 0;
      if (message.type === "Error") return `error ${message.code}: ${message.message}`;
      if (message.type === "Suspension") return "suspended though the input is open";
      if (message.type === "ProposeRunCompletion") proposed.add(message.completionId);
      if (message.type === "End") ended = true;
      if (!isCommand(message)) continue;
      const recorded = expected[issued];
      if (show(recorded) !== show(message)) return `expected ${show(recorded)}, got ${show(message)}`;
      issued += 1;
    }
    // One or several at a time, each only when the commands that precede it have been issued.
    for (let count = 1 + random.below(3); count > 0; count -= 1) {
      const next = coming[0];
      if (next === undefined || next.gate > issued) break;
      const { notification } = next;
      const isRun = notification.type === "Completion" && notification.kind === "Run";
      // Or else it was proposed by the attempt before, and stored only now.
      if (isRun && !proposed.has(notification.completionId) && idle < PROPOSAL_TURNS_MAX) break;
      coming.shift();
      attempt.feed(notification);
      idle = 0;
    }
  }
  return issued === expected.length ? undefined : `ended before ${show(expected[issued])}`;
}

/** The notifications behind the prefix, each with the number of commands between the prefix and it. */
function toComing(journal: readonly Entry[], from: number): { gate: number; notification: Notification }[] {
  const coming: { gate: number; notification: Notification }[] = [];
  let gate = 0;
  for (const entry of journal.slice(from)) {
    if (isCommand(entry)) gate += 1;
    else coming.push({ gate, notification: entry });
  }
  return coming;
}

/** An entry as text, without the times that are computed from the clock. */
function show(entry: Message | undefined): string {
  return JSON.stringify(entry, (key, value: unknown) => {
    if (key === "wakeUpTimeMs" || key === "invokeTimeMs") return undefined;
    if (value instanceof Uint8Array) return new TextDecoder().decode(value);
    return typeof value === "bigint" ? `${value}` : value;
  });
}
