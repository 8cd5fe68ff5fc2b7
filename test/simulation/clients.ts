import { decodeArchive } from "../../packages/engine/src/state-machine/archive-codec.ts";
import type { Random } from "../determinism/random.ts";
import type { Accepted, Answer, SimulatedEngine } from "./engine.ts";
import type { Ledger } from "./ledger.ts";
import type { Program, ProgramMaker } from "./program.ts";
import type { Address } from "./services.ts";
import { describeResult, toBytes } from "./values.ts";
import { require } from "./violation.ts";

interface Request {
  readonly to: Address;
  readonly program: Program;
  readonly idempotencyKey: string | undefined;
  readonly delayMs: number;
  /** Set when its acceptance, or its answer, has reached the client. */
  id: string | undefined;
  isAnswered: boolean;
  /** Under which it waits; `undefined`: the connection is gone. */
  waiterId: number | undefined;
}

/**
 * Clients that invoke, lose their connections, ask again with the same key, and
 * attach. What was acknowledged to them is what the engine owes.
 */
export class Clients {
  readonly #engine: SimulatedEngine;
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #maker: ProgramMaker;
  readonly #requests: Request[] = [];
  readonly #waiting = new Map<number, Request>();
  /** Answers that are being read from the store. */
  readonly #reads: Answer[] = [];
  readonly #answers: { readonly invocationId: string; readonly text: string }[] = [];
  #nextWaiter = 1;

  constructor(parts: { engine: SimulatedEngine; ledger: Ledger; random: Random; maker: ProgramMaker }) {
    this.#engine = parts.engine;
    this.#ledger = parts.ledger;
    this.#random = parts.random;
    this.#maker = parts.maker;
  }

  /** One thing that a client does, of its own accord. */
  act(): void {
    const random = this.#random;
    if (random.chance(0.5) || this.#requests.length === 0) {
      this.#send(this.#create());
      return;
    }
    const request = random.pick(this.#requests);
    if (request === undefined || request.isAnswered) return;
    if (request.waiterId === undefined) this.#again(request);
    else if (random.chance(0.5)) this.#loseConnection(request);
  }

  /** Whether there was something that still had to be done. */
  settle(): boolean {
    if (this.read()) return true;
    const open = this.#requests.find(({ isAnswered, waiterId, id, idempotencyKey }) => {
      return !isAnswered && waiterId === undefined && (id !== undefined || idempotencyKey !== undefined);
    });
    if (open !== undefined) this.#again(open);
    return open !== undefined;
  }

  read(): boolean {
    const answer = this.#reads.shift();
    if (answer === undefined) return false;
    const stored = this.#engine.durable.get(`a/${answer.invocationId}`);
    const result = stored === undefined ? "notFound" : decodeArchive(stored).result;
    this.#answer({ ...answer, result });
    return true;
  }

  #create(): Request {
    const random = this.#random;
    const to = this.#maker.address();
    const request: Request = {
      to,
      program: this.#maker.make(to),
      idempotencyKey: random.chance(0.5) ? `c${random.below(6)}` : undefined,
      delayMs: random.chance(0.15) ? (random.pick([5, 800]) ?? 0) : 0,
      id: undefined,
      isAnswered: false,
      waiterId: undefined,
    };
    this.#requests.push(request);
    return request;
  }

  #send(request: Request): void {
    const { service, handler, key } = request.to;
    const { nowMs } = this.#engine;
    this.#engine.apply({
      type: "invoke",
      nowMs,
      service,
      handler,
      key,
      parameter: toBytes(JSON.stringify(request.program)),
      headers: [],
      idempotencyKey: request.idempotencyKey,
      executeAtMs: request.delayMs === 0 ? undefined : nowMs + request.delayMs,
      invokedBy: { type: "ingress" },
      entropy: this.#engine.entropy(),
      waiterId: this.#wait(request),
      awaitsResult: true,
    });
  }

  #wait(request: Request): number {
    const waiterId = this.#nextWaiter;
    this.#nextWaiter += 1;
    request.waiterId = waiterId;
    this.#waiting.set(waiterId, request);
    return waiterId;
  }

  #loseConnection(request: Request): void {
    const { waiterId } = request;
    if (waiterId === undefined) return;
    this.#waiting.delete(waiterId);
    request.waiterId = undefined;
    this.#engine.apply({ type: "detach", nowMs: this.#engine.nowMs, waiterId });
  }

  #again(request: Request): void {
    const { id: invocationId, idempotencyKey } = request;
    if (invocationId !== undefined) {
      const waiterId = this.#wait(request);
      this.#engine.apply({ type: "attach", nowMs: this.#engine.nowMs, invocationId, waiterId });
    } else if (idempotencyKey !== undefined) {
      this.#send(request);
    }
  }

  // ---------------------------------------------------------------- what the engine says

  accepted({ waiterId, invocationId }: Accepted): void {
    const request = this.#waiting.get(waiterId);
    if (request === undefined) return;
    require(request.id === undefined || request.id === invocationId, () => {
      return `A request was accepted as ${request.id}, and as ${invocationId} when it was repeated.`;
    });
    request.id = invocationId;
  }

  answered(answer: Answer): void {
    if (answer.result === "fromArchive") this.#reads.push(answer);
    else this.#answer(answer);
  }

  #answer({ waiterId, invocationId, result }: Answer): void {
    const request = this.#waiting.get(waiterId);
    if (request === undefined) return;
    this.#waiting.delete(waiterId);
    request.waiterId = undefined;
    request.isAnswered = true;
    request.id ??= invocationId;
    if (result === "notFound") {
      const isKept = this.#engine.durable.has(`a/${invocationId}`) || this.#ledger.retained.has(invocationId);
      require(!isKept, () => `${invocationId} was not found, and its result is kept.`);
    } else if (typeof result !== "string") {
      const text = describeResult(result);
      if (text === "!409 the workflow method was already invoked") return;
      this.#answers.push({ invocationId, text });
    }
  }

  crashed(): void {
    for (const request of this.#waiting.values()) request.waiterId = undefined;
    this.#waiting.clear();
    this.#reads.length = 0;
    this.requireOwed();
  }

  /** What was acknowledged was taken in for good, and what was answered is so. */
  requireOwed(): void {
    for (const { invocationId, text } of this.#answers) {
      const outcomes = this.#ledger.outcomesOf(invocationId);
      require(outcomes.includes(text), () =>
        `A client got ${text} of ${invocationId}, which ended ${outcomes}.`);
    }
    for (const { id } of this.#requests) {
      require(id === undefined || this.#ledger.latest(id) !== undefined, () => {
        return `${id} was acknowledged and is lost.`;
      });
    }
  }

  /** Nobody waits any more, and all that was acknowledged has ended. */
  requireSettled(): void {
    this.requireOwed();
    for (const { id, isAnswered } of this.#requests) {
      require(id === undefined || isAnswered, () => `${id} was acknowledged and never answered.`);
    }
    require(this.#waiting.size === 0, () => "A client waits for ever.");
  }
}
