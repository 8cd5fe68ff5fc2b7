import type { Random } from "../determinism/random.ts";
import { ADDRESSES, type Address, handlerKindOf } from "./services.ts";

/**
 * What a simulated handler does, as data. It travels as the handler's input, so
 * that a handler does the same in every attempt.
 */
export interface Program {
  /** Tells it apart from all others; part of its result. */
  readonly tag: number;
  readonly ops: readonly Op[];
  /** Whether it goes on when something was cancelled, or a call failed. */
  readonly stubborn: boolean;
}

export type Op =
  | { readonly op: "add"; readonly name: string; readonly by: number }
  | { readonly op: "read"; readonly name: string }
  | { readonly op: "keys" }
  | { readonly op: "clear"; readonly name: string }
  | { readonly op: "clearAll" }
  | { readonly op: "sleep"; readonly ms: number }
  /** Fails as often before it works, or fails for good. */
  | { readonly op: "run"; readonly failures: number; readonly terminal: boolean }
  | {
      readonly op: "call";
      readonly to: Address;
      readonly program: Program;
      readonly idempotencyKey: string | undefined;
      readonly awaits: "now" | "atTheEnd" | "never" | "orTimeout";
    }
  | {
      readonly op: "send";
      readonly to: Address;
      readonly program: Program;
      readonly idempotencyKey: string | undefined;
      readonly delayMs: number;
      readonly afterwards: "nothing" | "attach" | "attachByKey" | "output" | "cancel";
    }
  | { readonly op: "awakeable"; readonly by: "outside" | "message" }
  | { readonly op: "resolve"; readonly awakeableId: string }
  | { readonly op: "promise"; readonly name: string; readonly how: "get" | "peek" | "complete" }
  | { readonly op: "fail" };

const NAMES = ["x", "y"];
const DEPTH_MAX = 2;

export class ProgramMaker {
  readonly #random: Random;
  #tag = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  make(to: Address, depth = 0): Program {
    const length = this.#random.below(depth === 0 ? 6 : 4);
    return this.of(
      Array.from({ length }, () => this.#op(to, depth)),
      this.#random.chance(0.6),
    );
  }

  of(ops: readonly Op[], stubborn = true): Program {
    this.#tag += 1;
    return { tag: this.#tag, ops, stubborn };
  }

  address(): Address {
    const plain: Address = { service: "Plain", handler: "do", key: undefined };
    return this.#random.chance(0.3) ? plain : (this.#random.pick(ADDRESSES) ?? plain);
  }

  #op(to: Address, depth: number): Op {
    const random = this.#random;
    const ways = [() => this.#wait(), () => this.#run(), ...this.#ofKind(to)];
    if (depth < DEPTH_MAX) {
      ways.push(
        () => this.#call(depth),
        () => this.#call(depth),
        () => this.#send(depth),
      );
    }
    if (random.chance(0.03)) return { op: "fail" };
    return (random.pick(ways) ?? ways[0] ?? (() => this.#wait()))();
  }

  #ofKind(to: Address): (() => Op)[] {
    const random = this.#random;
    const name = random.pick(NAMES) ?? "x";
    const kind = handlerKindOf(to);
    const ways: (() => Op)[] = [];
    if (to.key !== undefined) {
      ways.push(() => (random.chance(0.8) ? { op: "read", name } : { op: "keys" }));
    }
    if (kind === "exclusive" || kind === "workflow") {
      const add = (): Op => ({ op: "add", name, by: 1 + random.below(9) });
      ways.push(add, add, () => (random.chance(0.5) ? { op: "clear", name } : { op: "clearAll" }));
    }
    if (to.service === "Flow") {
      const how = random.pick(["get", "peek", "complete"] as const) ?? "get";
      ways.push(() => ({ op: "promise", name, how }));
    }
    return ways;
  }

  #wait(): Op {
    const random = this.#random;
    if (random.chance(0.6)) return { op: "sleep", ms: random.pick([0, 1, 50, 700, 3_000]) ?? 0 };
    return { op: "awakeable", by: random.chance(0.5) ? "outside" : "message" };
  }

  #run(): Op {
    const random = this.#random;
    return {
      op: "run",
      failures: random.chance(0.2) ? 1 + random.below(3) : 0,
      terminal: random.chance(0.1),
    };
  }

  #call(depth: number): Op {
    const random = this.#random;
    const to = this.address();
    const idempotencyKey = random.chance(0.2) ? `h${random.below(3)}` : undefined;
    return {
      op: "call",
      to,
      program: this.make(to, depth + 1),
      idempotencyKey,
      awaits: random.pick(["now", "now", "now", "atTheEnd", "never", "orTimeout"]) ?? "now",
    };
  }

  #send(depth: number): Op {
    const random = this.#random;
    const to = this.address();
    const isWatched = random.chance(0.4);
    const idempotencyKey = random.chance(0.3) ? `h${random.below(3)}` : undefined;
    const ways = [
      "attach",
      "output",
      // A run is found by its workflow's key only.
      ...(idempotencyKey === undefined || handlerKindOf(to) === "workflow" ? [] : ["attachByKey" as const]),
    ] as const;
    return {
      op: "send",
      to,
      program: this.make(to, depth + 1),
      idempotencyKey,
      delayMs: random.pick([0, 0, 20, 900]) ?? 0,
      afterwards: isWatched ? (random.pick(ways) ?? "attach") : random.chance(0.15) ? "cancel" : "nothing",
    };
  }
}
