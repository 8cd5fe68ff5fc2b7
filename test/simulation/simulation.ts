import type { ServiceDirectory } from "../../packages/engine/src/registry/service-info.ts";
import { StateMachine } from "../../packages/engine/src/state-machine/machine.ts";
import { Random } from "../determinism/random.ts";
import type { Breakage } from "./broken-engines.ts";
import { Clients } from "./clients.ts";
import { requireSameTasks, requireSameWorld, Tasks } from "./compare-worlds.ts";
import { loadAll, SimulatedEngine, storeAll, xxh3 } from "./engine.ts";
import type { Facts } from "./facts.ts";
import { Handlers } from "./handlers.ts";
import { Ledger } from "./ledger.ts";
import { Outside } from "./outside.ts";
import { ProgramMaker } from "./program.ts";
import { requireNothingLeft, requireOnlyWhatIsOwed } from "./rest.ts";
import { createDirectory, RETENTION_MAX_MS } from "./services.ts";
import { Violation } from "./violation.ts";

/** What can be switched off to see whether a failure needs it. */
export const FAULTS = [
  "crashes",
  "broken attempts",
  "late messages",
  "operators",
  "clock jumps",
  "sweeps",
] as const;

export type Fault = (typeof FAULTS)[number];

export interface SimulationOptions {
  readonly seed: number;
  readonly without?: readonly Fault[];
  readonly breakage?: Breakage | undefined;
  /** Told what happens. The text is made only if it is asked for. */
  readonly trace?: (text: () => string) => void;
  /** Told what each step did, once it is durable. */
  readonly onFacts?: (facts: Facts) => void;
}

/** Things that happen at random, before everything is left to come to rest. */
const ACTIONS_MAX = 260;
/** At rest long before, or never. */
const SETTLE_STEPS_MAX = 20_000;

/** One history. Throws a `Violation`, or returns how many things happened. */
export class Simulation {
  readonly #options: SimulationOptions;
  readonly #random: Random;
  readonly #directory: ServiceDirectory;
  readonly #ledger = new Ledger();
  readonly #engine: SimulatedEngine;
  readonly #clients: Clients;
  readonly #handlers: Handlers;
  readonly #outside: Outside;

  constructor(options: SimulationOptions) {
    const random = new Random(options.seed);
    const maker = new ProgramMaker(random);
    const ledger = this.#ledger;
    const { breakage, trace = () => {}, onFacts = () => {} } = options;
    this.#options = options;
    this.#random = random;
    this.#directory = createDirectory(random);
    this.#engine = new SimulatedEngine({
      directory: this.#directory,
      ledger,
      random,
      breakage,
      trace,
      onFacts,
    });
    const engine = this.#engine;
    this.#clients = new Clients({ engine, ledger, random, maker });
    this.#handlers = new Handlers({ engine, ledger, random, faults: this.#has("broken attempts") });
    this.#outside = new Outside({ engine, random, maker });
    engine.listener = {
      accepted: (effect) => this.#clients.accepted(effect),
      answered: (effect) => this.#clients.answered(effect),
      crashed: () => this.#clients.crashed(),
    };
  }

  #has(fault: Fault): boolean {
    return this.#options.without?.includes(fault) !== true;
  }

  run(): number {
    const actions = 20 + this.#random.below(ACTIONS_MAX);
    for (let count = 0; count < actions; count += 1) this.#act();
    return actions + this.#settle();
  }

  #act(): void {
    const random = this.#random;
    const engine = this.#engine;
    const dice = random.below(100);
    if (dice < 38) this.#handlers.act();
    else if (dice < 64) this.#commit();
    else if (dice < 72) this.#clients.act();
    else if (dice < 80) engine.fireTimer();
    else if (dice < 84) this.#passTime();
    else if (dice < 89) this.#outside.complete();
    else if (dice < 92) this.#read();
    else if (dice < 94 && this.#has("late messages")) this.#handlers.haunt();
    else if (dice < 97 && this.#has("operators")) this.#outside.operate();
    else if (dice < 98 && this.#has("crashes")) this.#crash();
    else if (dice < 99 && this.#has("sweeps")) engine.apply({ type: "sweep", nowMs: engine.nowMs });
    else this.#checkRestart();
  }

  #commit(): void {
    const { inFlight } = this.#engine;
    if (inFlight.length === 0) return;
    const count = 1 + this.#random.below(inFlight.length);
    const crashes = this.#has("crashes") && this.#random.chance(0.02);
    this.#engine.commit(count, crashes ? this.#random.below(5) : undefined);
  }

  #crash(): void {
    const random = this.#random;
    const survivors = random.below(this.#engine.inFlight.length + 1);
    const awayMs = this.#has("clock jumps") ? (random.pick([0, 10, 1_000, 100_000, -200]) ?? 0) : 0;
    this.#engine.crash({ survivors, awayMs });
  }

  #passTime(): void {
    const ms = this.#random.pick([1, 20, 100, this.#has("clock jumps") ? 10_000 : 500]) ?? 1;
    this.#options.trace?.(() => `${ms} ms pass`);
    this.#engine.nowMs += ms;
  }

  #read(): boolean {
    const read = this.#engine.reads.shift();
    if (read === undefined) return this.#clients.read();
    this.#engine.resultLoaded(read);
    return true;
  }

  /** What a restart now would make of what was written so far. */
  #checkRestart(): void {
    const { machine, durable, inFlight, nowMs, timers, reads } = this.#engine;
    const tasks = new Tasks(timers, reads).add(inFlight.flatMap(({ effects }) => effects));
    if (tasks.readsForgotten(machine.world)) return;
    if (this.#options.breakage?.effectsBeforeCommit) return;
    const stored = new Map(durable);
    for (const { writes } of inFlight) storeAll(stored, writes);
    const other = new StateMachine({ directory: this.#directory, xxh3 });
    const { breakage } = this.#options;
    const step = loadAll({ machine: other, stored, nowMs, breakage });
    machine.world.nowMs = nowMs;
    requireSameWorld(machine.world, other.world);
    const now = tasks.list(machine.world);
    const then = new Tasks(new Map(), [])
      .add((breakage?.started?.(step) ?? step).effects)
      .list(machine.world);
    requireSameTasks(now, then);
  }

  // ---------------------------------------------------------------- coming to rest

  /** No more faults and requests: everything that was begun must end. */
  #settle(): number {
    this.#handlers.faults = false;
    this.#options.trace?.(() => "no more faults");
    let steps = 0;
    while (this.#goOn()) {
      steps += 1;
      if (steps > SETTLE_STEPS_MAX) throw new Violation(`It does not come to rest: ${this.#describeLive()}`);
    }
    if (this.#engine.machine.world.live.size > 0)
      throw new Violation(`Stuck for ever: ${this.#describeLive()}`);
    this.#clients.requireSettled();
    this.#checkRestart();
    requireNothingLeft(this.#engine);
    requireOnlyWhatIsOwed(this.#engine, this.#ledger);
    this.#engine.nowMs += 2 * RETENTION_MAX_MS;
    this.#engine.apply({ type: "sweep", nowMs: this.#engine.nowMs });
    this.#engine.commit(1);
    requireOnlyWhatIsOwed(this.#engine, this.#ledger);
    return steps;
  }

  #goOn(): boolean {
    const engine = this.#engine;
    if (engine.inFlight.length > 0) {
      this.#commitAll();
      return true;
    }
    return (
      this.#handlers.settle() ||
      this.#read() ||
      engine.fireTimer() ||
      this.#clients.settle() ||
      this.#waitForTimer() ||
      this.#outside.settle()
    );
  }

  #commitAll(): void {
    this.#engine.commit(1 + this.#random.below(this.#engine.inFlight.length));
  }

  #waitForTimer(): boolean {
    const next = Math.min(...Array.from(this.#engine.timers.values(), ({ atMs }) => atMs));
    if (!Number.isFinite(next)) return false;
    this.#engine.nowMs = Math.max(this.#engine.nowMs, next);
    return true;
  }

  #describeLive(): string {
    const live = [...this.#engine.machine.world.live.values()];
    return live
      .map(({ id, target, status, awaitingOn, attempt }) => {
        const waits = awaitingOn === undefined ? "" : ` on ${JSON.stringify(awaitingOn)}`;
        return `${id} (${target.service}/${target.key ?? ""}/${target.handler}) is ${status}${waits}, attempt ${attempt}`;
      })
      .join("; ");
  }
}
