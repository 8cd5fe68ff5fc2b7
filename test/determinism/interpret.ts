import { type Context, RestatePromise, TerminalError, TimeoutError } from "@perdure/sdk";
import type { CombinatorName, Program } from "./program.ts";

/** What the steps of a program call; the real server has it as a service, the simulation plays it. */
export interface Worker {
  work(ctx: unknown, request: { label: string; ms: number; fail: boolean }): Promise<string>;
  note(ctx: unknown, trace: string): Promise<void>;
}

export const WORKER = { name: "Worker" } as const;

/** How long a run's closure takes; zero in the simulation. */
export type Pause = (ms: number) => Promise<void>;

/**
 * Runs the program and returns the order of its events. Failures of branches are
 * events too, so every program ends with a result, unless it is cancelled.
 */
export async function interpret(ctx: Context, program: Program, pause: Pause): Promise<string> {
  const run = new Run(ctx, pause);
  try {
    await run.execute(program, "r");
    run.trace.push("end");
  } catch (error) {
    run.trace.push(`end!${nameOf(error)}`);
  }
  return run.trace.join(" ");
}

class Run {
  readonly trace: string[] = [];
  readonly #ctx: Context;
  readonly #pause: Pause;

  constructor(ctx: Context, pause: Pause) {
    this.#ctx = ctx;
    this.#pause = pause;
  }

  async execute(program: Program, at: string): Promise<string> {
    switch (program.op) {
      case "step":
        return this.#step(program, at);
      case "sequence":
        for (const [index, part] of program.parts.entries()) await this.#attempted(part, `${at}${index}`);
        return at;
      case "combine":
        return this.#combine(program, at);
      case "report":
        this.#ctx.serviceSendClient<Worker>(WORKER).note(this.trace.join(" "));
        return at;
      case "late": {
        // Deliberately not awaited yet: a rejection may arrive meanwhile.
        const branch = this.execute(program.branch, `${at}b`);
        await this.#attempted(program.meanwhile, `${at}m`);
        return await branch;
      }
      case "hops":
        for (let hop = 0; hop < program.count; hop += 1) await undefined;
        return at;
    }
  }

  async #attempted(part: Program, at: string): Promise<void> {
    try {
      await this.execute(part, at);
    } catch (error) {
      this.trace.push(`${at}!${nameOf(error)}`);
    }
  }

  async #step(step: Extract<Program, { op: "step" }>, at: string): Promise<string> {
    try {
      await this.#promiseOf(step, at);
      this.trace.push(at);
      return at;
    } catch (error) {
      this.trace.push(`${at}!${nameOf(error)}`);
      throw error;
    }
  }

  #promiseOf({ kind, ms }: Extract<Program, { op: "step" }>, at: string): RestatePromise<unknown> {
    const worker = this.#ctx.serviceClient<Worker>(WORKER);
    switch (kind) {
      case "sleep":
        return this.#ctx.sleep(ms, at);
      case "call":
        return worker.work({ label: at, ms, fail: false });
      case "failingCall":
        return worker.work({ label: at, ms, fail: true });
      case "run":
        return this.#ctx.run(at, async () => {
          await this.#pause(ms);
          return at;
        });
      case "failingRun":
        return this.#ctx.run(at, async () => {
          await this.#pause(ms);
          throw new TerminalError(`run ${at}`);
        });
      case "timeout":
        return worker.work({ label: at, ms: 6, fail: false }).orTimeout(ms);
    }
  }

  async #combine(program: Extract<Program, { op: "combine" }>, at: string): Promise<string> {
    const allSteps = program.parts.every((part) => part.op === "step");
    if (!program.native && allSteps) {
      const members = program.parts.map((part, index) =>
        this.#promiseOf(part as Extract<Program, { op: "step" }>, `${at}${index}`),
      );
      await ours(program.by, members);
    } else {
      const branches = program.parts.map((part, index) => this.execute(part, `${at}${index}`));
      await native(program.by, branches);
    }
    this.trace.push(`${at}.${program.by}`);
    return at;
  }
}

function native(by: CombinatorName, branches: readonly Promise<unknown>[]): Promise<unknown> {
  switch (by) {
    case "all":
      return Promise.all(branches);
    case "race":
      return Promise.race(branches);
    case "any":
      return Promise.any(branches);
    case "allSettled":
      return Promise.allSettled(branches);
  }
}

function ours(by: CombinatorName, members: readonly RestatePromise<unknown>[]): Promise<unknown> {
  switch (by) {
    case "all":
      return RestatePromise.all(members);
    case "race":
      return RestatePromise.race(members);
    case "any":
      return RestatePromise.any(members);
    case "allSettled":
      return RestatePromise.allSettled(members);
  }
}

function nameOf(error: unknown): string {
  if (error instanceof TimeoutError) return "timeout";
  if (error instanceof AggregateError) return "none";
  return error instanceof Error ? error.message : String(error);
}
