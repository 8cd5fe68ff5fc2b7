import { type Context, service } from "@perdure/sdk";
import { type BoundHandler, bindService, nodeRuntime, type Runtime } from "@perdure/sdk/internal";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { interpret } from "./interpret.ts";
import { type Program, programs } from "./program.ts";
import { Random } from "./random.ts";
import { replayFromPrefix } from "./replay-prefix.ts";
import { simulate, turn } from "./sim-engine.ts";

/**
 * Plain async is deterministic: random concurrent programs, in random order of
 * completion, with crashes, suspensions and a cancel, meet no mismatch; and a
 * replay from every prefix of their journal issues the same commands.
 */

function toHandler(program: Program): BoundHandler {
  const definition = service({
    name: "Program",
    handlers: { run: async (ctx: Context) => interpret(ctx, program, turn) },
  });
  const handler = bindService(definition).handlers.get("run");
  if (handler === undefined) throw new Error("no handler");
  return handler;
}

const seeds = fc.integer({ min: 1, max: 2 ** 31 });

/** Journals longer than this are cut at a sample of their prefixes only. */
const PREFIXES_MAX = 24;

async function findDivergence(
  program: Program,
  seed: number,
  how: { cancel: boolean; runtime?: Runtime },
): Promise<string | undefined> {
  const handler = toHandler(program);
  const random = new Random(seed);
  const history = await simulate({ handler, random, rough: true, ...how });
  const [error] = history.errors;
  if (error !== undefined) return `attempt ${history.attempts} failed: ${error.message}`;
  const { journal } = history;
  const stride = Math.max(1, Math.ceil(journal.length / PREFIXES_MAX));
  for (let prefixLength = 1; prefixLength < journal.length; prefixLength += stride) {
    const problem = await replayFromPrefix({ handler, journal, prefixLength, random, runtime: how.runtime });
    if (problem !== undefined) return `replay of ${prefixLength}/${journal.length} entries: ${problem}`;
  }
  return undefined;
}

const RUNS = Number(process.env.PERDURE_DETERMINISM_RUNS ?? 150);

describe("random concurrent programs", () => {
  test("issue the same commands from every prefix of their journal", { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(programs, seeds, async (program, seed) => {
        expect(await findDivergence(program, seed, { cancel: false })).toBeUndefined();
      }),
      { numRuns: RUNS },
    );
  });

  test("also when they are cancelled at a random moment", { timeout: 240_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(programs, seeds, async (program, seed) => {
        expect(await findDivergence(program, seed, { cancel: true })).toBeUndefined();
      }),
      { numRuns: RUNS },
    );
  });

  test("the property fails when delivery does not wait for quiescence", { timeout: 240_000 }, async () => {
    const hasty: Runtime = { ...nodeRuntime, quiesce: (step) => queueMicrotask(step) };
    const found = await fc.check(
      fc.asyncProperty(programs, seeds, async (program, seed) => {
        return (await findDivergence(program, seed, { cancel: false, runtime: hasty })) === undefined;
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(found.failed).toBe(true);
  });
});
