import { type Context, type ObjectContext, object, service, TerminalError } from "@perdure/sdk";
import { afterEach, describe, expect, it, vi } from "vitest";
import { explore } from "./explore.ts";
import { ExploreError } from "./explore-error.ts";
import type { ExploreOptions, ExploreSubject, FaultKind } from "./options.ts";
import type { Exploration } from "./report.ts";

type Handler = (ctx: Context, outside: string[]) => Promise<unknown>;
type Options = Partial<ExploreOptions<unknown, readonly string[]>>;

const slow = service({
  name: "slow",
  handlers: {
    after: async (ctx: Context, ms: number) => {
      await ctx.sleep(ms);
      return ms;
    },
  },
});

const register = object({
  name: "register",
  handlers: {
    read: async (ctx: ObjectContext<{ value: number }>) => (await ctx.get("value")) ?? 0,
    write: async (ctx: ObjectContext<{ value: number }>, value: number) => ctx.set("value", value),
  },
});

/** Explores one handler, whose world outside is a list of texts. */
function exploring(
  handler: Handler,
  options: Options = {},
  more: Partial<ExploreSubject<readonly string[]>> = {},
) {
  const subject = service({
    name: "subject",
    handlers: { go: (ctx: Context, outside: string[]) => handler(ctx, outside) },
  });
  return explore<unknown, readonly string[]>({
    setup: () => {
      const outside: string[] = [];
      const go = service({ name: "subject", handlers: { go: (ctx: Context) => handler(ctx, outside) } });
      return { services: [go, slow, register], effects: () => outside, misuse: "off", ...more };
    },
    scenario: (engine) => engine.client.serviceClient(subject).go([]),
    ...options,
  });
}

async function findFailure(exploration: Promise<Exploration>): Promise<ExploreError> {
  const error: unknown = await exploration.then(
    ({ summary }) => new Error(`nothing was found: ${summary}`),
    (thrown: unknown) => thrown,
  );
  if (error instanceof ExploreError) return error;
  throw error;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("wrong handlers are found, with the shortest schedule:", () => {
  /** State of the process, which survives the attempts of a run, and runs. */
  let attempts = 0;
  let cached: string | undefined;
  /** Whoever is served goes to the end. */
  const queue = new Set(["first", "second"]);

  const wrong: readonly {
    readonly name: string;
    readonly handler: Handler;
    readonly code: string;
    readonly schedule: string;
    readonly says: RegExp;
    readonly options?: Options;
    readonly more?: Partial<ExploreSubject<readonly string[]>>;
  }[] = [
    {
      name: "a run that is not idempotent",
      handler: async (ctx, outside) => {
        await ctx.sleep(5);
        await ctx.run("charge", () => void outside.push("charged"));
      },
      code: "different",
      schedule: "rerun:1.1",
      says: /effects\[1\]: nothing undisturbed, 'charged' in this run/,
    },
    {
      name: "an effect outside of any run",
      handler: async (ctx, outside) => {
        await ctx.sleep(5);
        outside.push("mailed");
        await ctx.sleep(5);
      },
      code: "different",
      schedule: "crash:1.3",
      says: /broken off, right after entry 3 \(Sleep\) was stored/,
    },
    {
      name: "a branch that is taken at random",
      handler: async (ctx) => {
        attempts += 1;
        if (attempts % 2 === 0) await ctx.sleep(5);
        else await ctx.run("work", () => 1);
      },
      code: "mismatch",
      schedule: "crash:1.1",
      says: /explore\.test\.ts:\d+:\d+/,
    },
    {
      name: "the time, in the state",
      handler: async (ctx) => {
        const began = performance.now();
        await ctx.sleep(5);
        await ctx.objectClient(register, "clock").write(began);
      },
      code: "mismatch",
      schedule: "crash:1.3",
      says: /explore\.test\.ts:\d+:\d+/,
    },
    {
      name: "a set whose order the process decides",
      handler: async (ctx) => {
        const [next = ""] = queue;
        queue.delete(next);
        queue.add(next);
        await ctx.run(next, () => next);
      },
      code: "mismatch",
      schedule: "rerun:1.1",
      says: /the journal holds: +Run "(first|second)"/,
    },
    {
      name: "a result that is kept in the process",
      handler: async (ctx) => {
        cached ??= await ctx.run("load", () => "config");
        await ctx.sleep(5);
        const value = cached;
        cached = undefined;
        return value;
      },
      code: "mismatch",
      schedule: "crash:1.3",
      says: /the journal holds: +Run "load"/,
    },
    {
      name: "a saga that forgets the step that was cut off",
      handler: async (ctx, outside) => {
        await ctx.run("book", () => {
          if (!outside.includes("booked")) outside.push("booked");
        });
        try {
          await ctx.sleep(1000);
        } catch (error) {
          await ctx.run("unbook", () => {
            outside.length = 0;
          });
          throw error;
        }
      },
      code: "cancelled",
      schedule: "cancel:1.1",
      says: /whenCancelled: .*booked/,
      options: { whenCancelled: ({ effects }) => expect(effects).toEqual([]) },
    },
    {
      name: "a compensation that is not idempotent",
      handler: async (ctx, outside) => {
        try {
          await ctx.sleep(1000);
        } catch (error) {
          await ctx.run("refund", () => void outside.push("refunded"));
          throw error;
        }
      },
      code: "cancelled",
      schedule: "cancel:1.1 rerun:1.1",
      says: /whenCancelled: /,
      options: {
        faults: ["rerun", "cancel", "mixed"],
        whenCancelled: ({ effects }) => expect(effects).toEqual(["refunded"]),
      },
    },
    {
      name: "a handler that waits for ever once it was cancelled",
      handler: async (ctx) => {
        try {
          await ctx.sleep(5);
        } catch {
          await ctx.awakeable().promise;
        }
      },
      code: "hangs",
      schedule: "cancel:1.1",
      says: /waits for awakeable sign_1/,
      more: { patienceMs: 300 },
    },
    {
      name: "the first of two runs, taken for granted",
      handler: (ctx) =>
        Promise.race([ctx.run("left", async () => "left"), ctx.run("right", async () => "right")]),
      code: "different",
      schedule: "order:1.1",
      says: /result of Run "right" goes before #1 result of Run "left"/,
    },
    {
      name: "an update that gets lost",
      handler: async (ctx) => {
        const total = ctx.objectClient(register, "total");
        const add = async (amount: number): Promise<void> => {
          await ctx.serviceClient(slow).after(amount);
          await total.write((await total.read()) + amount);
        };
        await Promise.all([add(5), add(5)]);
        return await total.read();
      },
      code: "different",
      schedule: "order:3.1 order:4.1",
      says: /result: 5 undisturbed, 10 in this run/,
      options: { faults: ["order"] },
    },
    {
      name: "a timeout that nobody thought of",
      handler: (ctx) => ctx.run("work", async () => "done").orTimeout(100),
      code: "threw",
      schedule: "order:1.1",
      says: /the next timer goes before #1 result of Run "work"/,
      options: { timers: true },
    },
  ];

  it.each(wrong)("$name", async ({ handler, code, schedule, says, options, more }) => {
    attempts = 0;
    cached = undefined;
    const failure = await findFailure(exploring(handler, options, more));
    expect({ code: failure.code, schedule: failure.schedule }).toEqual({ code, schedule });
    expect(failure.message).toMatch(says);
    expect(failure.message).toContain(`schedule: ${JSON.stringify(schedule)},`);

    attempts = 0;
    cached = undefined;
    const again = await findFailure(exploring(handler, { ...options, schedule }, more));
    expect({ code: again.code, schedule: again.schedule }).toEqual({ code, schedule });
  });

  it("tells what happened, step by step", async () => {
    const { steps, hint } = await findFailure(
      exploring(async (ctx, outside) => {
        await ctx.run("charge", () => void outside.push("charged"));
      }),
    );
    expect(steps).toEqual([
      "#1 subject/go starts",
      '#1 entry 1: Run "charge"',
      '>>> rerun: #1 has executed the closure of Run "charge", and its result is lost',
      "#1 subject/go starts, again: it replays 2 entries",
      '#1 entry 2: result of Run "charge"',
      "#1 entry 3: Output success",
      "#1 has ended",
    ]);
    expect(hint).toMatch(/idempotent/);
  });
});

describe("right handlers", () => {
  const careful: Handler = async (ctx, outside) => {
    const key = ctx.rand.uuidv4();
    const done: (() => Promise<unknown>)[] = [];
    try {
      done.push(() =>
        ctx.run("refund", () => {
          outside.splice(0, outside.length, ...outside.filter((known) => known !== key));
        }),
      );
      await ctx.run("charge", () => {
        if (!outside.includes(key)) outside.push(key);
      });
      const parts = await Promise.all([1, 2].map((ms) => ctx.serviceClient(slow).after(ms * 70_000)));
      await ctx.objectClient(register, "total").write(parts.length);
      await ctx.sleep({ days: 1 });
      return [await ctx.date.now(), ...parts];
    } catch (error) {
      if (!(error instanceof TerminalError)) throw error;
      for (const undo of done.reverse()) await undo();
      throw error;
    }
  };
  const whenCancelled: Options["whenCancelled"] = ({ effects, cancelled }) => {
    if (cancelled.includes("subject/go")) expect(effects).toEqual([]);
  };

  it("pass, and all is tried that there is", { timeout: 60_000 }, async () => {
    const { coverage, summary, runs, baseline } = await exploring(careful, { whenCancelled });
    expect(coverage.map(({ kind }) => kind)).toEqual([
      "rerun",
      "crash",
      "suspend",
      "cancel",
      "restart",
      "order",
      "mixed",
    ]);
    for (const { found, tried } of coverage) expect([found, tried]).toEqual([tried, tried]);
    expect(coverage.every(({ tried }) => tried > 0)).toBe(true);
    expect(summary).toBe(
      [
        `Explored ${runs} runs:`,
        ...coverage.map(
          ({ kind, tried }) => `  ${kind}: ${kind === "mixed" ? `${tried} runs` : `all ${tried}`}`,
        ),
      ].join("\n"),
    );
    expect(baseline.state).toEqual({ "register/total": { value: 2 } });
    expect(baseline.invocations.map(({ target }) => target)).toEqual([
      "register/total/write",
      "slow/after",
      "slow/after",
      "subject/go",
    ]);
  });

  it("give the same report for the same seed, whatever is cut", { timeout: 60_000 }, async () => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    const options = { whenCancelled, runsMax: 40, seed: 7 };
    const first = await exploring(careful, options);
    expect(await exploring(careful, options)).toEqual(first);
    expect(first.runs).toBeLessThanOrEqual(40);
  });

  it("are never cut without a word", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { coverage, summary } = await exploring(careful, { runsMax: 20, faults: ["crash", "suspend"] });
    expect(coverage.map(({ tried }) => tried).reduce((sum, tried) => sum + tried)).toBe(19);
    expect(summary).toMatch(/crash: \d+ of \d+, the others CUT by runsMax: 20/);
    expect(warn).toHaveBeenCalledWith(`[perdure] explore: ${summary}`);
  });

  it("may depend on who is first, if check says what holds", async () => {
    const { runs } = await exploring(
      (ctx) => Promise.race([ctx.run("left", async () => "left"), ctx.run("right", async () => "right")]),
      { check: ({ result }) => expect(["left", "right"]).toContain(result) },
    );
    expect(runs).toBeGreaterThan(10);
  });

  it.each<FaultKind>(["crash", "restart"])("are whole after a %s, and time does not move", async (kind) => {
    const { baseline } = await exploring(
      async (ctx) => {
        const beganMs = await ctx.date.now();
        await ctx.serviceClient(slow).after(1000);
        return (await ctx.date.now()) - beganMs;
      },
      { faults: [kind] },
    );
    expect(baseline.result).toBe(1000);
  });
});

describe("what makes no sense", () => {
  it.each([
    { options: { runsMax: 0 }, says: "runsMax is 0, and must be a whole number from 1 on" },
    { options: { runsMax: 1.5 }, says: "runsMax is 1.5" },
    { options: { faults: ["fire" as FaultKind] }, says: '"fire" is no kind of fault' },
    { options: { schedule: "crash:1" }, says: '"crash:1" in the schedule "crash:1" is no fault' },
  ])("is refused: $says", async ({ options, says }) => {
    const exploration = exploring(async () => 1, options);
    await expect(exploration).rejects.toThrow(TypeError);
    await expect(exploring(async () => 1, options)).rejects.toThrow(says);
  });

  it("is a setup that goes on with what a run before has left", async () => {
    const outside: string[] = [];
    const handler: Handler = async (ctx) => void (await ctx.run("note", () => void outside.push("noted")));
    await expect(exploring(handler, {}, { effects: () => outside })).rejects.toThrow(
      /effects\(\) gives another value at the beginning of each run/,
    );
  });

  it("is an effect that cannot be copied", async () => {
    await expect(exploring(async () => 1, {}, { effects: (() => () => 1) as never })).rejects.toThrow(
      /effects\(\) must return plain data/,
    );
  });

  it("is a scenario that fails undisturbed", async () => {
    const failure = await findFailure(
      exploring(async () => {
        throw new TerminalError("no money");
      }),
    );
    expect(failure).toMatchObject({ code: "baseline", schedule: "" });
    expect(failure.message).toMatch(/The scenario threw: .*no money/);
  });

  it("is a scenario whose result is another one each time", async () => {
    let count = 0;
    const scenario = (): number => {
      count += 1;
      return count;
    };
    const failure = await findFailure(exploring(async () => 1, { scenario, schedule: "crash:1.1" }));
    expect(failure).toMatchObject({ code: "unsteady", schedule: "" });
    expect(failure.problem).toContain("result: 1 undisturbed, 3 in this run");
  });

  it("is a schedule whose place is never reached, which is said", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const { unreached, runs } = await exploring(async () => 1, { schedule: "crash:1.40 order:9.1" });
    expect({ unreached, runs }).toEqual({ unreached: ["crash:1.40", "order:9.1"], runs: 2 });
    expect(warn).toHaveBeenCalledOnce();
  });
});
