import type { Message } from "@perdure/sdk/internal";
import type { ServiceDirectory } from "../../packages/engine/src/registry/service-info.ts";
import { decodeArchive } from "../../packages/engine/src/state-machine/archive-codec.ts";
import type { Effect, StartAttemptEffect } from "../../packages/engine/src/state-machine/effects.ts";
import type { EngineEvent, TimerKey } from "../../packages/engine/src/state-machine/events.ts";
import { StateMachine } from "../../packages/engine/src/state-machine/machine.ts";
import type { Step } from "../../packages/engine/src/state-machine/step.ts";
import type { Write } from "../../packages/engine/src/store/store.ts";
import type { Random } from "../determinism/random.ts";
import { Attempt } from "./attempt.ts";
import type { Breakage } from "./broken-engines.ts";
import { FactFinder, type Facts } from "./facts.ts";
import type { Ledger } from "./ledger.ts";
import { require } from "./violation.ts";

export type Answer = Extract<Effect, { type: "answer" }>;
export type Accepted = Extract<Effect, { type: "accepted" }>;
export type LoadResult = Extract<Effect, { type: "loadResult" }>;

/** What the rest of the world hears from the engine. */
export interface Listener {
  accepted(effect: Accepted): void;
  answered(effect: Answer): void;
  /** The process is gone, and another one has taken up what it stored. */
  crashed(): void;
}

interface Group extends Step {
  readonly facts: Facts;
}

interface EngineParts {
  readonly directory: ServiceDirectory;
  readonly ledger: Ledger;
  readonly random: Random;
  readonly breakage: Breakage | undefined;
  readonly trace: (text: () => string) => void;
  readonly onFacts: (facts: Facts) => void;
}

/**
 * The real state machine between a store, timers and attempts that are all
 * simulated, and that do something only when the scheduler says so.
 *
 * 1. Steps become durable in order; a crash keeps a prefix of them, whole.
 * 2. Effects are carried out in order, when their step is durable, as the engine does.
 * 3. What a step did counts for the ledger when it is durable, never before.
 */
export class SimulatedEngine {
  nowMs = 1_000_000;
  machine: StateMachine;
  readonly durable: Map<string, Uint8Array> = new Map();
  /** Applied, and not durable yet. */
  inFlight: Group[] = [];
  readonly timers: Map<string, { readonly timer: TimerKey; readonly atMs: number }> = new Map();
  readonly attempts: Map<number, Attempt> = new Map();
  /** Broken off, and not aware of it. */
  zombies: { readonly attempt: number; readonly handler: Attempt }[] = [];
  /** Results being read from the store. */
  reads: LoadResult[] = [];
  listener: Listener | undefined;
  readonly #parts: EngineParts;
  #facts = new FactFinder();

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.machine = this.#create();
    this.machine.start(this.nowMs);
  }

  #create(): StateMachine {
    return new StateMachine({ directory: this.#parts.directory, xxh3 });
  }

  apply(event: EngineEvent): ReturnType<StateMachine["apply"]>["outcome"] {
    const { breakage, trace } = this.#parts;
    trace(() => `apply ${describeEvent(event)}`);
    const step = breakage?.apply?.(this.machine, event) ?? this.machine.apply(event);
    this.#add(step, event);
    return step.outcome;
  }

  #add(step: Step, event: EngineEvent | undefined): void {
    const facts = this.#facts.find({ event, step, world: this.machine.world });
    if (this.#parts.breakage?.effectsBeforeCommit) {
      for (const effect of step.effects) this.#carryOut(effect);
      this.inFlight.push({ writes: step.writes, effects: [], facts });
    } else {
      this.inFlight.push({ ...step, facts });
    }
  }

  /** The first of the steps under way become durable. `crashAfter`: as many effects are still carried out. */
  commit(count: number, crashAfter = Number.POSITIVE_INFINITY): void {
    const steps = this.inFlight.splice(0, count);
    this.#parts.trace(() => `commit ${steps.length} of ${steps.length + this.inFlight.length} steps`);
    for (const step of steps) this.#store(step);
    let left = crashAfter;
    for (const effect of steps.flatMap(({ effects }) => effects)) {
      if (left <= 0) break;
      left -= 1;
      this.#carryOut(effect);
    }
    if (left <= 0 || Number.isFinite(crashAfter)) this.crash({ survivors: 0, awayMs: 0 });
  }

  #store({ writes, facts }: Group): void {
    storeAll(this.durable, writes);
    this.#parts.ledger.record(facts);
    this.#parts.onFacts(facts);
  }

  /** The process dies, and is started again. */
  crash({ survivors, awayMs }: { readonly survivors: number; readonly awayMs: number }): void {
    const { ledger, trace, breakage } = this.#parts;
    trace(() => `CRASH: ${survivors} of ${this.inFlight.length} steps survive`);
    for (const step of this.inFlight.splice(0, survivors)) this.#store(step);
    this.inFlight = [];
    this.timers.clear();
    this.attempts.clear();
    this.zombies = [];
    this.reads = [];
    this.nowMs += awayMs;
    this.machine = this.#create();
    const { machine, nowMs } = this;
    const step = loadAll({ machine, stored: this.#inAnyOrder(), nowMs, breakage });
    ledger.requireRecovered(this.machine.world);
    this.#facts = new FactFinder(this.machine.world, ledger);
    this.#add(breakage?.started?.(step) ?? step, undefined);
    this.listener?.crashed();
  }

  #inAnyOrder(): [string, Uint8Array][] {
    const stored = [...this.durable];
    for (let at = stored.length - 1; at > 0; at -= 1) {
      const other = this.#parts.random.below(at + 1);
      [stored[at], stored[other]] = [
        stored[other] as [string, Uint8Array],
        stored[at] as [string, Uint8Array],
      ];
    }
    return stored;
  }

  /** A random timer that is due; they may fire late, and in any order. */
  fireTimer(): boolean {
    const due = [...this.timers].filter(([, { atMs }]) => atMs <= this.nowMs);
    const [id, found] = this.#parts.random.pick(due) ?? [];
    if (id === undefined || found === undefined) return false;
    this.timers.delete(id);
    this.apply({ type: "timer", nowMs: this.nowMs, timer: found.timer });
    return true;
  }

  /** A read of a result is through. */
  resultLoaded({ invocationId, callerId, completionId }: LoadResult): void {
    const stored = this.durable.get(`a/${invocationId}`);
    const result = stored === undefined ? undefined : decodeArchive(stored).result;
    this.apply({ type: "resultLoaded", nowMs: this.nowMs, invocationId, callerId, completionId, result });
  }

  entropy(): Uint8Array {
    return Uint8Array.from({ length: 16 }, () => this.#parts.random.below(256));
  }

  says(invocationId: string, attempt: number, messages: readonly Message[]): void {
    this.apply({
      type: "attemptMessages",
      nowMs: this.nowMs,
      invocationId,
      attempt,
      messages,
      entropy: () => this.entropy(),
      jitter: this.#parts.random.next(),
    });
  }

  #carryOut(effect: Effect): void {
    switch (effect.type) {
      case "startAttempt":
        this.#start(effect);
        break;
      case "feed":
        this.attempts.get(effect.attempt)?.feed(effect.message);
        break;
      case "finishAttempt":
        this.attempts.delete(effect.attempt);
        break;
      case "abortAttempt": {
        const handler = this.attempts.get(effect.attempt);
        this.attempts.delete(effect.attempt);
        if (handler !== undefined) this.zombies.push({ attempt: effect.attempt, handler });
        break;
      }
      case "endInput": {
        const handler = this.attempts.get(effect.attempt);
        if (handler !== undefined) handler.isInputEnded = true;
        break;
      }
      case "setTimer":
        this.timers.set(toTimerId(effect.timer), effect);
        break;
      case "clearTimer":
        this.timers.delete(toTimerId(effect.timer));
        break;
      case "accepted":
        this.listener?.accepted(effect);
        break;
      case "answer":
        this.listener?.answered(effect);
        break;
      case "loadResult":
        this.reads.push(effect);
        break;
    }
  }

  #start(effect: StartAttemptEffect): void {
    const { invocationId, target } = effect;
    for (const { started } of this.attempts.values()) {
      const { invocationId: other } = started;
      require(other !== invocationId, () => `Two attempts of ${invocationId} run at once.`);
      const overlaps =
        isExclusive(target) && isExclusive(started.target) && isSameKey(target, started.target);
      require(!overlaps, () => `${invocationId} and ${other} run on the same key at once.`);
    }
    const handler = new Attempt(effect, () => this.nowMs);
    this.attempts.set(effect.attempt, handler);
    handler.move();
  }
}

type Target = StartAttemptEffect["target"];

const isExclusive = ({ handlerKind }: Target): boolean => handlerKind === "exclusive";
const isSameKey = (a: Target, b: Target): boolean => a.service === b.service && a.key === b.key;

export function storeAll(stored: Map<string, Uint8Array>, writes: readonly Write[]): void {
  for (const { key, value } of writes) {
    if (value === undefined) stored.delete(key);
    else stored.set(key, value);
  }
}

/** A machine that knows what was stored, and its first step. */
export function loadAll(from: {
  readonly machine: StateMachine;
  readonly stored: Iterable<readonly [string, Uint8Array]>;
  readonly nowMs: number;
  readonly breakage: Breakage | undefined;
}): Step {
  for (const [key, value] of from.stored) {
    if (from.breakage?.loads?.(key) ?? true) from.machine.load(key, value);
  }
  return from.machine.start(from.nowMs);
}

export function toTimerId(timer: TimerKey): string {
  const base = `${timer.type} ${timer.invocationId}`;
  return timer.type === "sleep" ? `${base} ${timer.completionId}` : base;
}

function describeEvent(event: EngineEvent): string {
  switch (event.type) {
    case "attemptMessages": {
      const texts = event.messages.map((message) => JSON.stringify(message, toPrintable).slice(0, 160));
      return `attempt ${event.attempt} of ${event.invocationId}: ${texts.join(" ")}`;
    }
    case "invoke":
      return `invoke ${event.service}/${event.key ?? ""}/${event.handler} ${event.idempotencyKey ?? ""}`;
    default:
      return JSON.stringify(event, toPrintable).slice(0, 300);
  }
}

function toPrintable(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString("latin1").slice(0, 60) : value;
}

/** A simple hash in place of XXH3; ids are tested elsewhere. */
export function xxh3(bytes: Uint8Array): bigint {
  let high = 0x811c9dc5;
  let low = 0x01000193;
  for (const byte of bytes) {
    low = Math.imul(low ^ byte, 0x01000193) >>> 0;
    high = Math.imul(high ^ low, 0x85ebca6b) >>> 0;
  }
  return (BigInt(high) << 32n) | BigInt(low);
}
