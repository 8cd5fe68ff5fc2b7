import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Context, service } from "@perdure/sdk";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadJournal, saveJournal } from "../journal/journal-files.ts";
import type { RecordedJournal } from "../journal/recorded-journal.ts";
import { ReplayAllError, replayAll } from "./replay-all.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "perdure-replays-"));
});

afterEach(() => rm(folder, { recursive: true }));

const journal: RecordedJournal = {
  format: "perdure-journal/1",
  invocationId: "inv_1lJigA3vrMfT1umzTy2XVbS31h5M2x3XR6",
  target: { service: "S", handler: "run", kind: "service" },
  entries: [
    { command: "Input", value: { json: "in" } },
    { command: "Sleep", name: "nap", completionId: 1, wakeUpTimeMs: 17 },
    { notification: "Sleep", completionId: 1, result: "void" },
    { command: "Output", result: { success: { json: "in" } } },
  ],
};

const code = (nap: string) =>
  service({
    name: "S",
    handlers: {
      run: async (ctx: Context, input: string) => {
        await ctx.sleep(1, nap);
        return input;
      },
    },
  });

test("a journal is saved under what it is of, and loaded again", async () => {
  const file = await saveJournal(join(folder, "a", "b"), journal);
  expect(file).toBe(join(folder, "a", "b", "S.run.inv_1lJigA3vrMfT1umzTy2XVbS31h5M2x3XR6.json"));
  expect(await loadJournal(file)).toEqual(journal);
  const again = await saveJournal(join(folder, "a", "b"), await loadJournal(file), { name: "again" });
  expect(await readFile(again, "utf8")).toBe(await readFile(file, "utf8"));
});

test.each(["", "..", "a/b", "a\\b"])("%j names no file", async (name) => {
  await expect(saveJournal(folder, journal, { name })).rejects.toThrow(TypeError);
});

test("all journals of a folder, in the order of their names", async () => {
  for (const name of ["b", "a", "c"]) await saveJournal(folder, journal, { name });
  await saveJournal(join(folder, "b"), journal, { name: "x" });
  await writeFile(join(folder, "README.md"), "what is recorded here");
  const replayed = await replayAll(code("nap"), folder);
  expect(replayed.map(({ file, outcome }) => [file.slice(folder.length + 1), outcome])).toEqual([
    ["a.json", "completed"],
    ["b.json", "completed"],
    ["b/x.json", "completed"],
    ["c.json", "completed"],
  ]);
});

test("one error lists everything that does not replay: file, step and line", async () => {
  await saveJournal(folder, journal, { name: "diverges" });
  await saveJournal(folder, { ...journal, entries: journal.entries.slice(0, 1) }, { name: "fine" });
  await saveJournal(folder, { ...journal, target: { ...journal.target, service: "T" } }, { name: "gone" });
  await writeFile(join(folder, "broken.json"), "{");
  const error = await replayAll(code("rest"), folder).catch((reason: unknown) => reason);
  if (!(error instanceof ReplayAllError)) throw error;
  expect(error.failures.map(({ file }) => file.slice(folder.length + 1))).toEqual([
    "broken.json",
    "diverges.json",
    "gone.json",
  ]);
  expect(error.errors).toHaveLength(3);
  expect(error.message).toMatch(/^3 of 4 recorded journals do not replay:/);
  expect(error.message).toMatch(/broken\.json\n.*this is no JSON/);
  expect(error.message).toMatch(
    /diverges\.json\nThe code diverges from the journal of S\/run .* at step 1:[\s\S]*Sleep "nap" \(entries\[1\]\)[\s\S]*at .*replay-all\.test\.ts:\d+/,
  );
  expect(error.message).toMatch(/gone\.json\nThe journal is of service "T", which the code does not have/);
});

describe("a test that checks nothing is none", () => {
  test("an empty folder", async () => {
    await mkdir(join(folder, "empty"));
    await expect(replayAll(code("nap"), join(folder, "empty"))).rejects.toThrow(/holds no recorded journals/);
  });

  test("a folder that is not there", async () => {
    await expect(replayAll(code("nap"), join(folder, "nowhere"))).rejects.toThrow(/nowhere .*cannot be read/);
  });
});
