import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine, type EmbeddedEngine } from "@perdure/engine";
import { type Context, service } from "@perdure/sdk";
import {
  loadJournal,
  parseJournal,
  type RecordedEntry,
  type RecordedJournal,
  ReplayDivergedError,
  readJournal,
  replay,
  saveJournal,
  stringifyJournal,
} from "@perdure/testing";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { interpret } from "./interpret.ts";
import { type Program, programs, type StepKind } from "./program.ts";
import { createRunner, pause, worker } from "./program-services.ts";
import { Random } from "./random.ts";

/**
 * Recorded journals of random concurrent programs: the program that was recorded
 * agrees with its journal, whole or cut anywhere; a program that takes other
 * steps, or a journal that holds others, is always caught.
 */

const COUNT = Number(process.env.PERDURE_REPLAY_PROGRAMS ?? 120);
const SEED = Number(process.env.PERDURE_REPLAY_SEED ?? Date.now() % 1_000_000);

const runner = createRunner(pause);

/** The runner of another day: it runs this program, whatever it is asked for. */
function runnerOf(program: Program, rest: (ctx: Context) => Promise<void> = async () => {}) {
  return service({
    name: "Runner",
    handlers: {
      run: async (ctx: Context, _asked: Program) => {
        const trace = await interpret(ctx, program, pause);
        await rest(ctx);
        return trace;
      },
    },
  });
}

interface Recorded {
  readonly program: Program;
  readonly journal: RecordedJournal;
}

const folder = mkdtempSync(join(tmpdir(), "perdure-replay-"));
const recorded: Recorded[] = [];
let engine: EmbeddedEngine;

beforeAll(async () => {
  engine = await createEngine({ services: [worker, runner], data: folder });
  const random = new Random(SEED);
  const client = engine.client.serviceSendClient(runner);
  const sends = await Promise.all(
    fc.sample(programs, { numRuns: COUNT, seed: SEED }).map(async (program) => ({
      program,
      send: await client.run(program),
      cancel: random.chance(0.3),
    })),
  );
  await Promise.all(
    sends.map(async ({ program, send, cancel }) => {
      if (cancel) await engine.api.control("cancel", send.invocationId);
      await engine.api.attach(send.invocationId);
      const journal = await readJournal({ data: folder, invocationId: send.invocationId });
      recorded.push({ program, journal });
    }),
  );
});

afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

test(`${COUNT} programs agree with what was recorded of them (seed ${SEED})`, {
  timeout: 120_000,
}, async () => {
  expect(recorded).toHaveLength(COUNT);
  for (const { journal } of recorded) {
    const again = parseJournal(stringifyJournal(journal));
    expect(again).toEqual(journal);
    expect(await replay(runner, again)).toMatchObject({ outcome: "completed", beyond: [] });
  }
});

test(`also with journals that were cut anywhere (seed ${SEED})`, { timeout: 120_000 }, async () => {
  const random = new Random(SEED);
  for (const { journal } of recorded) {
    const entries = journal.entries.slice(0, 1 + random.below(journal.entries.length));
    const { outcome } = await replay(runner, { ...journal, entries });
    expect(["completed", "waiting"]).toContain(outcome);
  }
});

const OTHER_KIND: Readonly<Record<StepKind, StepKind>> = {
  sleep: "run",
  call: "sleep",
  failingCall: "sleep",
  run: "sleep",
  failingRun: "sleep",
  timeout: "sleep",
};

/** Makes the first step that is taken another one; `undefined` if there is none. */
function changeFirstStep(program: Program): Program | undefined {
  switch (program.op) {
    case "step":
      return { ...program, kind: OTHER_KIND[program.kind] };
    case "sequence":
    case "combine": {
      for (const [index, part] of program.parts.entries()) {
        const changed = changeFirstStep(part);
        if (changed === undefined) continue;
        return { ...program, parts: program.parts.map((other, at) => (at === index ? changed : other)) };
      }
      return undefined;
    }
    case "late": {
      const branch = changeFirstStep(program.branch);
      if (branch !== undefined) return { ...program, branch };
      const meanwhile = changeFirstStep(program.meanwhile);
      return meanwhile === undefined ? undefined : { ...program, meanwhile };
    }
    default:
      return undefined;
  }
}

async function findDivergence(
  code: Parameters<typeof replay>[0],
  journal: RecordedJournal,
): Promise<ReplayDivergedError | undefined> {
  try {
    await replay(code, journal, { graceMs: 5 });
    return undefined;
  } catch (error) {
    if (error instanceof ReplayDivergedError) return error;
    throw error;
  }
}

test(`programs that take other steps are caught, with their line (seed ${SEED})`, {
  timeout: 120_000,
}, async () => {
  const extra = async (ctx: Context): Promise<void> => {
    await ctx.run("one more", () => 1);
  };
  let changes = 0;
  for (const { program, journal } of recorded) {
    const changed = changeFirstStep(program);
    if (changed !== undefined) {
      changes += 1;
      const error = await findDivergence(runnerOf(changed), journal);
      expect(error?.divergence.line).toMatch(/interpret\.ts:\d+:\d+$/);
    }
    const longer = await findDivergence(runnerOf(program, extra), journal);
    expect(longer?.divergence).toMatchObject({ attempted: { name: "one more" } });
    expect(longer?.divergence.line).toMatch(/replay-journals\.test\.ts:\d+:\d+$/);
  }
  expect(changes).toBeGreaterThan(COUNT / 2);
});

/** A journal that the recorded program cannot have: one of its steps has another name, or stands no longer there. */
function changeJournal(journal: RecordedJournal, random: Random): RecordedJournal {
  const steps = journal.entries.filter((entry) => "command" in entry).slice(1);
  const chosen = random.pick(steps);
  if (chosen === undefined) throw new Error("every journal has an output");
  const isLast = chosen === steps.at(-1);
  const entries: RecordedEntry[] = journal.entries.flatMap((entry) => {
    if (entry !== chosen) return [entry];
    return isLast || random.chance(0.5) ? [{ ...entry, name: "other" } as RecordedEntry] : [];
  });
  return { ...journal, entries: withoutOrphans(entries) };
}

/** What completed a step that is gone goes too. */
function withoutOrphans(entries: readonly RecordedEntry[]): RecordedEntry[] {
  const promised = new Set<unknown>();
  return entries.filter((entry) => {
    if ("command" in entry) {
      promised.add(entry.completionId).add(entry.invocationIdCompletionId);
      return true;
    }
    return !("completionId" in entry) || promised.has(entry.completionId);
  });
}

test(`journals that hold other steps are caught (seed ${SEED})`, { timeout: 120_000 }, async () => {
  const random = new Random(SEED);
  for (const { journal } of recorded) {
    expect(await findDivergence(runner, changeJournal(journal, random))).toBeDefined();
  }
});

test("saved and loaded, they are what they were", async () => {
  for (const { journal } of recorded.slice(0, 10)) {
    expect(await loadJournal(await saveJournal(join(folder, "saved"), journal))).toEqual(journal);
  }
});
