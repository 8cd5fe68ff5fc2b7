import type { Outcome } from "@perdure/sdk/internal";
import { decodeArchive } from "../../packages/engine/src/state-machine/archive-codec.ts";
import type { EngineEvent } from "../../packages/engine/src/state-machine/events.ts";
import type {
  JournalEntry,
  LiveInvocation,
  Target,
} from "../../packages/engine/src/state-machine/records.ts";
import type { Step } from "../../packages/engine/src/state-machine/step.ts";
import type { World } from "../../packages/engine/src/state-machine/world.ts";
import type { Ledger } from "./ledger.ts";

export type Edit = Extract<EngineEvent, { type: "editState" }>;

export interface Created {
  readonly id: string;
  readonly target: Target;
  readonly executeAtMs: number | undefined;
  /** Restarted invocations begin with entries whose effects are not theirs. */
  readonly journal: readonly JournalEntry[];
}

export interface Ended {
  readonly id: string;
  /** `undefined`: only who waited was told. */
  readonly outcome: Outcome | undefined;
  /** Its result is kept. */
  readonly isArchived: boolean;
}

/** What one step did, as the ledger is told when it is durable. */
export interface Facts {
  readonly event: EngineEvent | undefined;
  readonly nowMs: number;
  /** Ended before they started, and created again by the same event. */
  readonly replaced: readonly string[];
  readonly created: readonly Created[];
  /** Those that came to the door of their object, in order. */
  readonly arrived: readonly string[];
  readonly edit: Edit | undefined;
  readonly appended: readonly { readonly id: string; readonly entries: readonly JournalEntry[] }[];
  readonly ended: readonly Ended[];
  /** Ids whose results were thrown away. */
  readonly forgotten: readonly string[];
  readonly started: readonly string[];
}

interface Tracked {
  readonly invocation: LiveInvocation;
  /** Entries that were told already. */
  entries: number;
  isScheduled: boolean;
}

/** Reads off the writes, and off the records behind them, what a step did. */
export class FactFinder {
  readonly #tracked = new Map<string, Tracked>();

  constructor(world?: World, ledger?: Ledger) {
    for (const invocation of world?.live.values() ?? []) {
      const entries = ledger?.latest(invocation.id)?.journal.length ?? 0;
      this.#track(invocation, entries);
    }
  }

  #track(invocation: LiveInvocation, entries: number): Tracked {
    const tracked = { invocation, entries, isScheduled: invocation.status === "scheduled" };
    this.#tracked.set(invocation.id, tracked);
    return tracked;
  }

  find(from: { readonly event: EngineEvent | undefined; readonly step: Step; readonly world: World }): Facts {
    const { event, step, world } = from;
    const touched = idsOf(step);
    const replaced: string[] = [];
    const created: Created[] = [];
    const arrived: string[] = [];
    const appended: { id: string; entries: readonly JournalEntry[] }[] = [];
    for (const id of inOrder(touched, event, world)) {
      const live = world.live.get(id);
      let tracked = this.#tracked.get(id);
      if (tracked !== undefined && live !== undefined && tracked.invocation !== live) {
        replaced.push(id);
        tracked = undefined;
      }
      if (tracked === undefined && live !== undefined) {
        tracked = this.#track(live, live.journal.length);
        const { target, executeAtMs } = live;
        created.push({ id, target, executeAtMs, journal: live.journal.slice() });
        if (!tracked.isScheduled) arrived.push(id);
      }
      if (tracked === undefined) continue;
      if (tracked.isScheduled && tracked.invocation.status !== "scheduled") {
        tracked.isScheduled = false;
        if (live !== undefined) arrived.push(id);
      }
      const entries = tracked.invocation.journal.slice(tracked.entries);
      tracked.entries += entries.length;
      if (entries.length > 0) appended.push({ id, entries });
    }
    return {
      event,
      nowMs: world.nowMs,
      replaced,
      created,
      arrived,
      edit: event?.type === "editState" ? event : undefined,
      appended,
      ended: this.#ended(step),
      forgotten: step.writes.flatMap(({ key, value }) =>
        key.startsWith("a/") && value === undefined ? [key.slice(2)] : [],
      ),
      started: step.effects.flatMap((effect) =>
        effect.type === "startAttempt" ? [effect.invocationId] : [],
      ),
    };
  }

  #ended(step: Step): Ended[] {
    return step.writes.flatMap(({ key, value }): Ended[] => {
      if (!key.startsWith("i/") || value !== undefined) return [];
      const id = key.slice(2);
      this.#tracked.delete(id);
      const archive = step.writes.find((write) => write.key === `a/${id}`)?.value;
      if (archive !== undefined) {
        return [{ id, outcome: decodeArchive(archive).result, isArchived: true }];
      }
      const answer = step.effects.find((effect) => effect.type === "answer" && effect.invocationId === id);
      const told = answer?.type === "answer" && typeof answer.result !== "string" ? answer.result : undefined;
      return [{ id, outcome: told, isArchived: false }];
    });
  }
}

function idsOf({ writes }: Step): Set<string> {
  const ids = new Set<string>();
  for (const { key } of writes) {
    if (key.startsWith("i/")) ids.add(key.slice(2));
    else if (key.startsWith("j/")) ids.add(key.slice(2, key.lastIndexOf("/")));
  }
  return ids;
}

/** Callees in the order in which their caller called them; that is how they come to their objects. */
function inOrder(ids: Set<string>, event: EngineEvent | undefined, world: World): Iterable<string> {
  if (event?.type !== "attemptMessages") return ids;
  const ordered = new Set<string>();
  if (ids.has(event.invocationId)) ordered.add(event.invocationId);
  for (const { message } of world.live.get(event.invocationId)?.journal ?? []) {
    if (message.type !== "Completion" || message.result.type !== "invocationId") continue;
    if (ids.has(message.result.invocationId)) ordered.add(message.result.invocationId);
  }
  for (const id of ids) ordered.add(id);
  return ordered;
}
