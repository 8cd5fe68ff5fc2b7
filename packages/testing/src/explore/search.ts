import type { Chance } from "../engine/random.ts";
import { shareOut, spread } from "./budget.ts";
import type { RunRecord } from "./one-run.ts";
import { FAULT_KINDS, type FaultKind, MIXED_RUNS_MAX, ORDER_RUNS_MAX } from "./options.ts";
import type { Coverage } from "./report.ts";
import { type Fault, hasCancel, type Schedule } from "./schedule.ts";

/**
 * Which runs are made, and in which order.
 *
 * 1. Each kind alone first, place after place. So what is found first is the earliest.
 * 2. What is left out is counted.
 */
export interface SearchOptions {
  readonly kinds: readonly FaultKind[];
  /** Runs that may be made, without the undisturbed one. */
  readonly budget: number;
  readonly chance: Chance;
  readonly baseline: RunRecord<unknown, unknown>;
  /** Makes a run, and throws when it goes wrong. */
  readonly attempt: (schedule: Schedule) => Promise<RunRecord<unknown, unknown>>;
}

export async function search(options: SearchOptions): Promise<readonly Coverage[]> {
  const kinds = FAULT_KINDS.filter((kind) => options.kinds.includes(kind));
  const placed = new Map(kinds.map((kind) => [kind, schedulesOf(kind, options.baseline)] as const));
  const shares = shareOut(
    options.budget,
    kinds.map((kind) => wantOf(kind, placed.get(kind) ?? [])),
  );
  const coverage: Coverage[] = [];
  const seen: Seen[] = [];
  for (const [index, kind] of kinds.entries()) {
    const share = shares[index] ?? 0;
    if (kind === "order") coverage.push(await tryOrders(options, share, seen));
    else if (kind === "mixed") coverage.push(await tryMixed(options, share, seen));
    else {
      const all = placed.get(kind) ?? [];
      for (const schedule of spread(all, share)) seen.push(toSeen(await options.attempt(schedule)));
      coverage.push({ kind, found: all.length, tried: Math.min(share, all.length) });
    }
  }
  return coverage;
}

/** What is kept of a run that went well. */
type Seen = Pick<RunRecord<unknown, unknown>, "schedule" | "places">;

function toSeen({ schedule, places }: RunRecord<unknown, unknown>): Seen {
  return { schedule, places };
}

function wantOf(kind: FaultKind, placed: readonly Schedule[]): number {
  if (kind === "order") return ORDER_RUNS_MAX;
  return kind === "mixed" ? MIXED_RUNS_MAX : placed.length;
}

function schedulesOf(kind: FaultKind, { places }: RunRecord<unknown, unknown>): readonly Schedule[] {
  const found: Schedule[] = places.filter(({ type }) => type === kind).map((place) => [place]);
  if (kind === "suspend" && found.length > 1) found.unshift([{ type: "suspendAll" }]);
  return found;
}

/**
 * Every order of a small scenario. Of a larger one first those that differ from the
 * oldest-first order in one choice, then some of the others.
 */
async function tryOrders({ attempt, chance }: SearchOptions, share: number, seen: Seen[]): Promise<Coverage> {
  const waiting: Schedule[] = [[{ type: "order" }]];
  let tried = 0;
  while (tried < share && waiting.length > 0) {
    const isSingle = (waiting[0]?.length ?? 0) <= 1;
    const index = isSingle ? 0 : Math.floor(chance.random() * waiting.length);
    const [schedule = []] = waiting.splice(index, 1);
    const record = await attempt(schedule);
    tried += 1;
    // Without anything to choose from, even the first run shows nothing new.
    if (record.choicePoints.length > 0) seen.push(toSeen(record));
    waiting.push(...furtherOrders(schedule, record.choicePoints));
  }
  return { kind: "order", found: tried + waiting.length, tried };
}

function* furtherOrders(schedule: Schedule, choicePoints: readonly number[]): Iterable<Schedule> {
  const choices = schedule.filter(({ type }) => type === "choose");
  const last = choices.at(-1);
  const from = last?.type === "choose" ? last.at : 0;
  for (let at = from + 1; at <= choicePoints.length; at += 1) {
    for (let option = 1; option < (choicePoints[at - 1] ?? 0); option += 1) {
      yield [...choices, { type: "choose", at, option }];
    }
  }
}

const MIXED_FAULTS_MAX = 3;

/**
 * One fault more in a run that was made already, at a place that came up in it. Nothing is
 * cancelled twice: that cuts off what is undone, too, and hardly any code stands it.
 */
async function tryMixed(
  { attempt, chance, kinds }: SearchOptions,
  share: number,
  seen: Seen[],
): Promise<Coverage> {
  let tried = 0;
  for (let round = 0; round < share; round += 1) {
    const base = pick(seen, chance);
    if (base === undefined || base.schedule.length >= MIXED_FAULTS_MAX) continue;
    const isCancelled = hasCancel(base.schedule);
    const faults: Fault[] = base.places.filter(
      ({ type }) => kinds.includes(type) && !(isCancelled && type === "cancel"),
    );
    if (kinds.includes("suspend")) faults.push({ type: "suspendAll" });
    const fault = pick(faults, chance);
    if (fault === undefined) continue;
    const record = await attempt([...base.schedule, fault]);
    tried += 1;
    seen.push(toSeen(record));
  }
  return { kind: "mixed", found: tried, tried };
}

function pick<T>(items: readonly T[], chance: Chance): T | undefined {
  return items[Math.floor(chance.random() * items.length)];
}
