import type { Command, Outcome } from "@perdure/sdk/internal";
import { instanceOf } from "../../packages/engine/src/state-machine/keys.ts";
import type { JournalEntry, Target } from "../../packages/engine/src/state-machine/records.ts";
import type { World } from "../../packages/engine/src/state-machine/world.ts";
import { requireRightCompletion, requireRightOutcome } from "./completions.ts";
import type { Edit, Ended, Facts } from "./facts.ts";
import { KeyedState } from "./keyed-state.ts";
import { describeResult, findDifference } from "./values.ts";
import { require } from "./violation.ts";

/** One life of an invocation's id. */
export interface Incarnation {
  readonly id: string;
  readonly number: number;
  readonly target: Target;
  readonly executeAtMs: number | undefined;
  readonly journal: JournalEntry[];
  /** It began with what another one had read and written. */
  readonly isContinued: boolean;
  hasStarted: boolean;
  hasEnded: boolean;
  outcome: Outcome | undefined;
  isArchived: boolean;
}

type Waiting =
  | { readonly type: "invocation"; readonly id: string }
  | { readonly type: "edit"; readonly edit: Edit };

/**
 * All that durably happened, and what must follow from it: an account of its own,
 * kept beside the engine's.
 *
 * 1. An id has one life at a time, and another one only when its result is forgotten.
 * 2. Nobody comes before their time. Of those that came to an object, the first that has not ended holds it; only
 *    the holder may run. Edits wait in the same line.
 * 3. State and promises are what the stored commands make of them.
 * 4. Each completion answers a command of its journal, once, with the right result.
 */
export class Ledger {
  readonly keyed: KeyedState = new KeyedState();
  readonly #lives = new Map<string, Incarnation[]>();
  readonly #lines = new Map<string, Waiting[]>();
  readonly #live = new Map<string, Incarnation>();
  readonly retained: Set<string> = new Set();

  latest(id: string): Incarnation | undefined {
    return this.#lives.get(id)?.at(-1);
  }

  lives(id: string): readonly Incarnation[] {
    return this.#lives.get(id) ?? [];
  }

  get live(): Iterable<Incarnation> {
    return this.#live.values();
  }

  record(facts: Facts): void {
    for (const id of facts.forgotten) this.#forget(id);
    for (const id of facts.replaced) this.#end({ id, outcome: undefined, isArchived: false }, facts);
    for (const { id, target, executeAtMs, journal } of facts.created) {
      this.#create({ id, target, executeAtMs, journal: [...journal] });
    }
    for (const id of facts.arrived) this.#arrive({ type: "invocation", id }, facts.nowMs);
    if (facts.edit !== undefined) this.#edit(facts.edit);
    for (const { id, entries } of facts.appended) {
      for (const entry of entries) this.#append(id, entry);
    }
    for (const ended of facts.ended) this.#end(ended, facts);
    for (const { id, entries } of facts.appended) {
      const life = this.latest(id);
      if (life !== undefined)
        for (const entry of entries) requireRightCompletion(this, { life, entry, facts });
    }
    for (const id of facts.started) this.#start(id);
  }

  /** Rule 1. */
  #create(life: Pick<Incarnation, "id" | "target" | "executeAtMs" | "journal">): void {
    const lives = this.#lives.get(life.id) ?? [];
    require(!this.#live.has(life.id), () => `${life.id} was created while it lived.`);
    require(!this.retained.has(life.id), () => `${life.id} was created again while its result is kept.`);
    const open = { hasStarted: false, hasEnded: false, outcome: undefined, isArchived: false };
    const isContinued = life.journal.length > 1;
    const created = { ...life, number: lives.length + 1, isContinued, ...open };
    this.#lives.set(life.id, [...lives, created]);
    this.#live.set(life.id, created);
  }

  #lineOf({ service, key }: { readonly service: string; readonly key?: string | undefined }): Waiting[] {
    const instance = instanceOf(service, key ?? "");
    const line = this.#lines.get(instance) ?? [];
    this.#lines.set(instance, line);
    return line;
  }

  #arrive(waiting: Waiting & { readonly type: "invocation" }, nowMs: number): void {
    const life = this.latest(waiting.id);
    const early = (life?.executeAtMs ?? nowMs) - nowMs;
    require(early <= 0, () => `${waiting.id} came to its turn ${early} ms early.`);
    if (life?.target.handlerKind === "exclusive") this.#lineOf(life.target).push(waiting);
  }

  #edit(edit: Edit): void {
    const line = this.#lineOf(edit);
    line.push({ type: "edit", edit });
    this.#applyEdits(line);
  }

  #applyEdits(line: Waiting[]): void {
    for (let head = line[0]; head?.type === "edit"; head = line[0]) {
      line.shift();
      if (head.edit.version === undefined) this.keyed.replace(head.edit);
    }
  }

  #append(id: string, entry: JournalEntry): void {
    const life = this.latest(id);
    require(life !== undefined, () => `An entry was stored for ${id}, which was never created.`);
    require(!life.hasEnded, () => `An entry was stored for ${id} after its end.`);
    const { message } = entry;
    this.keyed.apply(life, message);
    life.journal.push(entry);
  }

  #end(ended: Ended, facts: Facts): void {
    const life = this.#live.get(ended.id);
    // Created and ended in one step, by a call that would have waited for itself.
    if (life === undefined) return;
    this.#live.delete(life.id);
    life.hasEnded = true;
    life.outcome = ended.outcome;
    life.isArchived = ended.isArchived;
    if (ended.isArchived) this.retained.add(life.id);
    requireRightOutcome(life, facts);
    const line = this.#lineOf(life.target);
    const index = line.findIndex((waiting) => waiting.type === "invocation" && waiting.id === life.id);
    if (index >= 0) line.splice(index, 1);
    this.#applyEdits(line);
    if (life.hasStarted && !ended.isArchived) this.#forgetWorkflow(life.target);
  }

  #forget(id: string): void {
    require(this.retained.delete(id), () => `The result of ${id} was thrown away, and is not there.`);
    const target = this.latest(id)?.target;
    if (target !== undefined) this.#forgetWorkflow(target);
  }

  #forgetWorkflow(target: Target): void {
    if (target.handlerKind === "workflow") this.keyed.forget(target);
  }

  /** Rule 2. */
  #start(id: string): void {
    const life = this.#live.get(id);
    if (life === undefined) return;
    life.hasStarted = true;
    const { target } = life;
    if (target.handlerKind !== "exclusive") return;
    const [holder] = this.#lineOf(target);
    require(holder?.type === "invocation" && holder.id === id, () => {
      return `${id} runs although ${JSON.stringify(holder)} came before it and has not ended.`;
    });
  }

  /** After a restart the engine knows what was stored, and nothing else. */
  requireRecovered(world: World): void {
    for (const life of this.#live.values()) {
      const found = world.live.get(life.id);
      require(found !== undefined, () => `${life.id} is lost.`);
      const difference = findDifference(found.journal.slice(0, life.journal.length), life.journal);
      require(difference === undefined, () =>
        `The journal of ${life.id} changed in a restart: ${difference}`);
    }
    for (const id of world.live.keys())
      require(this.#live.has(id), () => `${id} lives without being stored.`);
  }

  /** The results that an id had in its lives, as texts. */
  outcomesOf(id: string): string[] {
    return this.lives(id).flatMap(({ hasEnded, outcome }) => {
      if (!hasEnded) return [];
      return [outcome === undefined ? "unknown" : describeResult(outcome)];
    });
  }
}

/** Which command of a journal promised a completion. */
export function findCommand(journal: readonly JournalEntry[], completionId: number): Command | undefined {
  for (const { message } of journal) {
    if (message.type === "Completion" || message.type === "Signal") continue;
    if ("completionId" in message && message.completionId === completionId) return message;
    if ("invocationIdCompletionId" in message && message.invocationIdCompletionId === completionId)
      return message;
  }
  return undefined;
}
