import type { ContextDate, Rand } from "../definition/context.ts";
import type { Request } from "../definition/request.ts";
import { createConsole } from "./console.ts";
import type { ContextCore } from "./core.ts";
import { createRand, seedOf } from "./rand.ts";
import { createRequest } from "./request.ts";
import { JournaledDate } from "./timers.ts";

/** What of a context has an identity of its own; made only when the handler asks, since most never do. */
export class LazyParts {
  readonly #core: ContextCore;
  #rand: Rand | undefined;
  #console: Console | undefined;
  #date: ContextDate | undefined;
  #request: Request | undefined;

  constructor(core: ContextCore) {
    this.#core = core;
  }

  get rand(): Rand {
    const { start, version } = this.#core.journal;
    this.#rand ??= createRand(seedOf(start, version));
    return this.#rand;
  }

  get console(): Console {
    this.#console ??= createConsole(this.#core, () => this.request);
    return this.#console;
  }

  get date(): ContextDate {
    this.#date ??= new JournaledDate(this.#core);
    return this.#date;
  }

  get request(): Request {
    this.#request ??= createRequest(this.#core);
    return this.#request;
  }
}
