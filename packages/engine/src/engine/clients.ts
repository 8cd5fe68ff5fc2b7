import { type Accepted, type Answer, EngineError, type InvokeRequest } from "../engine-api.ts";
import type { Registry } from "../registry/registry.ts";
import type { Steps } from "./steps.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Waiter, Waiters } from "./waiters.ts";

export interface ClientsOptions {
  readonly steps: Steps;
  readonly registry: Registry;
  readonly waiters: Waiters;
  readonly surroundings: Surroundings;
}

/** What clients ask for, and how they wait for it. */
export class Clients {
  readonly #options: ClientsOptions;

  constructor(options: ClientsOptions) {
    this.#options = options;
  }

  send(request: InvokeRequest): Promise<Accepted> {
    return new Promise((resolve, reject) => {
      this.#invoke(request, { accepted: resolve, failed: reject });
    });
  }

  call(request: InvokeRequest, signal: AbortSignal | undefined): Promise<Answer> {
    return this.#wait(signal, (waiter) => this.#invoke(request, waiter));
  }

  attach(invocationId: string, signal: AbortSignal | undefined): Promise<Answer> {
    const { steps, waiters, surroundings } = this.#options;
    return this.#wait(signal, (waiter) => {
      steps.requireWorking();
      const waiterId = waiters.add(waiter);
      steps.apply({ type: "attach", nowMs: surroundings.now(), invocationId, waiterId });
      return waiterId;
    });
  }

  #invoke(request: InvokeRequest, waiter: Waiter): number {
    const { steps, waiters, surroundings } = this.#options;
    const waiterId = waiters.add(waiter);
    const nowMs = surroundings.now();
    try {
      this.#check(request);
      steps.apply({
        type: "invoke",
        nowMs,
        service: request.service,
        handler: request.handler,
        key: request.key,
        parameter: request.body,
        headers: request.headers,
        idempotencyKey: request.idempotencyKey,
        executeAtMs: request.delayMs === undefined ? undefined : nowMs + request.delayMs,
        invokedBy: { type: "ingress" },
        entropy: surroundings.entropy(),
        waiterId,
        awaitsResult: waiter.answered !== undefined,
      });
    } catch (error) {
      waiters.delete(waiterId);
      waiter.failed(error as Error);
    }
    return waiterId;
  }

  #check({ service: name, handler }: InvokeRequest): void {
    const service = this.#options.registry.service(name);
    if (service === undefined) {
      throw new EngineError(`service '${name}' not found, make sure to register the service`, {
        status: 404,
      });
    }
    if (!service.handlers.has(handler)) {
      throw new EngineError(`service '${name}' has no handler '${handler}'`, { status: 404 });
    }
  }

  #wait(signal: AbortSignal | undefined, begin: (waiter: Waiter) => number): Promise<Answer> {
    const { steps, waiters, surroundings } = this.#options;
    return new Promise((resolve, reject) => {
      let waiterId = 0;
      const stop = (): void => {
        waiters.delete(waiterId);
        if (!steps.stopped) steps.apply({ type: "detach", nowMs: surroundings.now(), waiterId });
        reject(signal?.reason);
      };
      const settle = (): void => signal?.removeEventListener("abort", stop);
      waiterId = begin({
        answered: (answer) => {
          settle();
          resolve(answer);
        },
        failed: (error) => {
          settle();
          reject(error);
        },
      });
      signal?.addEventListener("abort", stop);
    });
  }
}
