import { createHash } from "node:crypto";
import type { Accepted, Answer, EngineApi, InvokeRequest } from "@perdure/engine/internal";

/**
 * Clients who notice nothing of an engine that is closed and opened again, and
 * ids that are the same in every run.
 *
 * 1. The id of an invocation depends on who makes it, and on how many that one made
 *    before: not on the order in which the makers came.
 */
export class SteadyClients {
  readonly #seed: number;
  readonly #made = new Map<string, number>();
  #maker = "";
  #open: Promise<void> | undefined;
  #reopened = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Rule 1. */
  readonly entropy = (invocationId: string | undefined): Uint8Array => {
    const maker = invocationId ?? this.#maker;
    const count = this.#made.get(maker) ?? 0;
    this.#made.set(maker, count + 1);
    const digest = createHash("sha256").update(`${this.#seed}/${count}/${maker}`).digest();
    return new Uint8Array(digest.subarray(0, 16));
  };

  /** Until `reopening` has resolved, what clients ask for waits. */
  hold(reopening: Promise<void>): void {
    this.#reopened += 1;
    const open = reopening.finally(() => {
      if (this.#open === open) this.#open = undefined;
    });
    this.#open = open;
  }

  readonly wrap = (api: EngineApi): EngineApi => {
    const attach = (id: string, signal?: AbortSignal): Promise<Answer> => this.#attach(api, id, signal);
    const send = (request: InvokeRequest): Promise<Accepted> => this.#send(api, request);
    const call: EngineApi["call"] = async (request, signal) =>
      attach((await send(request)).invocationId, signal);
    const steady: Partial<EngineApi> = { attach, send, call };
    return new Proxy(api, {
      get: (target, name) => {
        if (Object.hasOwn(steady, name)) return Reflect.get(steady, name);
        const member: unknown = Reflect.get(target, name);
        if (!WAITING.has(name) || typeof member !== "function") return member;
        return async (...args: unknown[]) => {
          await this.#open;
          return Reflect.apply(Reflect.get(target, name) as typeof member, target, args);
        };
      },
    });
  };

  async #send(api: EngineApi, request: InvokeRequest): Promise<Accepted> {
    await this.#open;
    const { service, key = "", handler, body } = request;
    this.#maker = `${service}/${key}/${handler}/${Buffer.from(body).toString("base64")}`;
    return api.send(request);
  }

  async #attach(api: EngineApi, invocationId: string, signal: AbortSignal | undefined): Promise<Answer> {
    for (;;) {
      await this.#open;
      const seen = this.#reopened;
      try {
        return await api.attach(invocationId, signal);
      } catch (error) {
        if (seen === this.#reopened) throw error;
      }
    }
  }
}

/** What else fails while there is no engine. */
const WAITING: ReadonlySet<string | symbol> = new Set([
  "control",
  "editState",
  "resolveAwakeable",
  "rejectAwakeable",
  "output",
  "archive",
  "restartAsNew",
]);
