import type { RunAction } from "@perdure/sdk";
import type { BoundEndpoint, BoundHandler } from "@perdure/sdk/internal";
import type { Activity } from "./activity.ts";

/** Which run was reached. */
export interface ReplacedRun {
  /** As it was passed to `ctx.run`. */
  readonly name: string;
  readonly service: string;
  readonly handler: string;
  readonly invocationId: string;
}

/**
 * Stands for the closure of a `ctx.run`. What it returns is recorded and given to the
 * handler as the closure's own result would be; what it throws fails the run.
 *
 * @param real the closure that it stands for
 */
export type RunReplacement = (real: () => Promise<unknown>, run: ReplacedRun) => unknown;

/** The closures of runs that are under way, and those that stand for others. */
export class Runs {
  readonly #replacements: ReadonlyMap<string, RunReplacement>;
  readonly #activity: Activity;
  readonly #underWay = new Set<ReplacedRun>();

  constructor(replacements: Readonly<Record<string, RunReplacement>>, activity: Activity) {
    this.#replacements = new Map(Object.entries(replacements));
    this.#activity = activity;
  }

  /** The names of the runs of an invocation that are under way. */
  namesOf(invocationId: string): readonly string[] {
    return [...this.#underWay].filter((run) => run.invocationId === invocationId).map(({ name }) => name);
  }

  /** The endpoint, its runs replaced and watched. */
  watch(endpoint: BoundEndpoint): BoundEndpoint {
    return mapHandlers(endpoint, (handler) => ({
      ...handler,
      invoke: (ctx, input) => {
        this.#watchContext(handler, ctx as RunContext);
        return handler.invoke(ctx, input);
      },
    }));
  }

  #watchContext(handler: BoundHandler, ctx: RunContext): void {
    const original = ctx.run;
    ctx.run = (...args) => {
      const index = typeof args[0] === "function" ? 0 : 1;
      const action = args[index];
      if (typeof action !== "function") return original.apply(ctx, args);
      const name = index === 0 ? "" : String(args[0]);
      const run = { name, service: handler.service, handler: handler.name, invocationId: ctx.request().id };
      const watched = (): unknown => this.#execute(run, action as RunAction<unknown>);
      return original.apply(
        ctx,
        args.map((arg, at) => (at === index ? watched : arg)),
      );
    };
  }

  #execute(run: ReplacedRun, action: RunAction<unknown>): unknown {
    const replaced = this.#replacements.get(run.name);
    const begin = (): unknown => (replaced === undefined ? action() : replaced(async () => action(), run));
    this.#underWay.add(run);
    const over = (): void => {
      this.#underWay.delete(run);
      this.#activity.note();
    };
    let result: unknown;
    try {
      result = begin();
    } catch (error) {
      over();
      throw error;
    }
    return Promise.resolve(result).finally(over);
  }
}

/** What is used of a context here. It is each attempt's own, so that it may be changed. */
interface RunContext {
  run(...args: unknown[]): unknown;
  request(): { readonly id: string };
}

/** The endpoint with each handler as `map` gives it. */
export function mapHandlers(
  endpoint: BoundEndpoint,
  map: (handler: BoundHandler) => BoundHandler,
): BoundEndpoint {
  const services = Array.from(endpoint.services, ([name, service]) => {
    const handlers = Array.from(service.handlers, ([own, handler]) => [own, map(handler)] as const);
    return [name, { ...service, handlers: new Map(handlers) }] as const;
  });
  return { ...endpoint, services: new Map(services) };
}
