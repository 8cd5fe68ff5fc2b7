import { type Answer, type EngineApi, EngineError } from "@perdure/engine/internal";
import type { Activity } from "./activity.ts";

/** A client that waits for the result of an invocation. */
export interface ClientWait {
  readonly sinceMs: number;
  /** Ends the waiting: the client gets an `HttpCallError` with this message. The invocation goes on. */
  fail(error: Error): void;
}

/** The requests of clients, and those of them that wait for a result. */
export class ClientWaits {
  readonly #activity: Activity;
  readonly #now: () => number;
  readonly #waits = new Set<ClientWait>();
  #requests = 0;

  constructor(activity: Activity, now: () => number) {
    this.#activity = activity;
    this.#now = now;
  }

  /** In the order in which they began. */
  get all(): readonly ClientWait[] {
    return [...this.#waits];
  }

  /** Whether every request that was made has reached the engine, and waits there. */
  get rested(): boolean {
    return this.#requests <= this.#waits.size;
  }

  watchApi(api: EngineApi): EngineApi {
    const watched: Pick<EngineApi, "call" | "attach"> = {
      call: (request, signal) => this.#wait(signal, (ended) => api.call(request, ended)),
      attach: (invocationId, signal) => this.#wait(signal, (ended) => api.attach(invocationId, ended)),
    };
    return new Proxy(api, {
      get: (target, name) => {
        if (name === "call" || name === "attach") return watched[name];
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });
  }

  watchFetch(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
    return async (...args) => {
      this.#requests += 1;
      this.#activity.note();
      try {
        return await fetch(...args);
      } finally {
        this.#requests -= 1;
        this.#activity.note();
      }
    };
  }

  async #wait(
    signal: AbortSignal | undefined,
    begin: (signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer> {
    const controller = new AbortController();
    const stop = (): void => controller.abort(signal?.reason);
    signal?.addEventListener("abort", stop);
    const wait: ClientWait = { sinceMs: this.#now(), fail: (error) => controller.abort(toRefusal(error)) };
    this.#waits.add(wait);
    this.#activity.note();
    try {
      return await begin(controller.signal);
    } finally {
      this.#waits.delete(wait);
      signal?.removeEventListener("abort", stop);
      this.#activity.note();
    }
  }
}

const REFUSED = 500;

function toRefusal(error: Error): EngineError {
  return new EngineError(error.message, { status: REFUSED, cause: error });
}
