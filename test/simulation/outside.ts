import { type Command, FIRST_AWAKEABLE_SIGNAL } from "@perdure/sdk/internal";
import { decodeArchive } from "../../packages/engine/src/state-machine/archive-codec.ts";
import type { JournalEntry, LiveInvocation } from "../../packages/engine/src/state-machine/records.ts";
import type { Random } from "../determinism/random.ts";
import { toAwakeableId } from "./awakeable-id.ts";
import type { SimulatedEngine } from "./engine.ts";
import type { ProgramMaker } from "./program.ts";
import { success, toBytes, toText } from "./values.ts";

interface Parts {
  readonly engine: SimulatedEngine;
  readonly random: Random;
  readonly maker: ProgramMaker;
}

const ACTIONS = ["cancel", "cancel", "kill", "pause", "pause", "resume", "purge"] as const;

/** Operators, and whoever completes awakeables and promises. */
export class Outside {
  readonly #engine: SimulatedEngine;
  readonly #random: Random;
  readonly #maker: ProgramMaker;

  constructor({ engine, random, maker }: Parts) {
    this.#engine = engine;
    this.#random = random;
    this.#maker = maker;
  }

  operate(): void {
    const random = this.#random;
    const [read] = this.#engine.reads;
    if (read !== undefined && random.chance(0.3)) this.#control("purge", read.invocationId);
    else if (random.chance(0.2)) this.#editState();
    else if (random.chance(0.15)) this.#restartAsNew();
    else this.#control(random.pick(ACTIONS) ?? "cancel");
  }

  #control(action: (typeof ACTIONS)[number], invocationId: string | undefined = this.#anyId(action)): void {
    if (invocationId === undefined) return;
    const { nowMs } = this.#engine;
    this.#engine.apply({ type: "control", nowMs, action, invocationId, deployment: undefined });
  }

  #anyId(action: (typeof ACTIONS)[number]): string | undefined {
    const { live, completed } = this.#engine.machine.world;
    return this.#random.pick([...(action === "purge" ? completed : live).keys()]);
  }

  #editState(): void {
    const random = this.#random;
    const names = ["x", "y", "z"].filter(() => random.chance(0.5));
    const state = new Map(names.map((name) => [name, toBytes(String(random.below(1000)))]));
    this.#engine.apply({
      type: "editState",
      nowMs: this.#engine.nowMs,
      service: random.pick(["Cart", "Stock"]) ?? "Cart",
      key: random.pick(["a", "b"]) ?? "a",
      state,
      version: random.chance(0.2) ? "of another state" : undefined,
    });
  }

  #restartAsNew(): void {
    const invocationId = this.#random.pick([...this.#engine.machine.world.completed.keys()]);
    const stored = invocationId === undefined ? undefined : this.#engine.durable.get(`a/${invocationId}`);
    if (invocationId === undefined || stored === undefined) return;
    const archived = decodeArchive(stored, this.#engine.durable.get(`b/${invocationId}`));
    // What tells others its own id would tell them another one: that is no replay.
    const tellsItsId = archived.journal.some(({ message }) => isResolver(message));
    this.#engine.apply({
      type: "restart",
      nowMs: this.#engine.nowMs,
      invocationId,
      from: tellsItsId ? 0 : this.#random.below(archived.journal.length + 1),
      deployment: undefined,
      entropy: this.#engine.entropy(),
      archived,
    });
  }

  /** Completes an awakeable that a handler has or may have, or a promise; sometimes twice. */
  complete(): void {
    const invocation = this.#random.pick([...this.#engine.machine.world.live.values()]);
    if (invocation === undefined) return;
    if (this.#random.chance(0.7)) {
      this.#completeAwakeable(invocation, FIRST_AWAKEABLE_SIGNAL + this.#random.below(2));
    } else if (invocation.target.serviceKind === "workflow") {
      this.#completePromise(invocation, this.#random.chance(0.5) ? "x" : "y");
    }
  }

  #completeAwakeable({ id }: LiveInvocation, signal: number): void {
    const awakeableId = toAwakeableId(id, signal);
    const result = success(`signal ${signal}`);
    this.#engine.apply({ type: "completeAwakeable", nowMs: this.#engine.nowMs, awakeableId, result });
  }

  #completePromise({ target }: LiveInvocation, name: string): void {
    const program = this.#maker.of([{ op: "promise", name, how: "complete" }]);
    this.#engine.apply({
      type: "invoke",
      nowMs: this.#engine.nowMs,
      service: target.service,
      handler: "tell",
      key: target.key,
      parameter: toBytes(JSON.stringify(program)),
      headers: [],
      idempotencyKey: undefined,
      executeAtMs: undefined,
      invokedBy: { type: "ingress" },
      entropy: this.#engine.entropy(),
      waiterId: undefined,
      awaitsResult: false,
    });
  }

  /** Does what something that lives cannot go on without. */
  settle(): boolean {
    for (const invocation of this.#engine.machine.world.live.values()) {
      if (invocation.status === "paused") {
        this.#control("resume", invocation.id);
        return true;
      }
      if (invocation.status !== "suspended" || invocation.awaitingOn === undefined) continue;
      const signal = invocation.awaitingOn.signals.find((index) => index >= FIRST_AWAKEABLE_SIGNAL);
      if (signal !== undefined) {
        this.#completeAwakeable(invocation, signal);
        return true;
      }
      const promise = awaitedPromise(invocation);
      if (promise !== undefined) {
        this.#completePromise(invocation, promise);
        return true;
      }
    }
    return false;
  }
}

function isResolver(message: JournalEntry["message"]): boolean {
  return message.type === "OneWayCall" && toText(message.parameter).includes('"awakeableId"');
}

function awaitedPromise({ awaitingOn, expected }: LiveInvocation): string | undefined {
  const commands = awaitingOn?.completions.map((id): Command | undefined => expected.get(id)) ?? [];
  for (const command of commands) if (command?.type === "GetPromise") return command.key;
  return undefined;
}
