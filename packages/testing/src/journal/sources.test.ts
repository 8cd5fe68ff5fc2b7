import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine, type EmbeddedEngine } from "@perdure/engine";
import { type Context, service } from "@perdure/sdk";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { fetchJournal } from "./fetch-journal.ts";
import { toRecordedJournal } from "./from-engine.ts";
import { readJournal } from "./read-journal.ts";

/** The same journal, whichever way it is taken from an engine. */

const folder = mkdtempSync(join(tmpdir(), "perdure-journals-"));

const greeter = service({
  name: "Greeter",
  handlers: {
    greet: async (ctx: Context, name: string) => {
      await ctx.run("look up", () => ({ name }));
      await ctx.sleep(1, "nap");
      return `Hello ${name}`;
    },
    wait: async (ctx: Context) => {
      await ctx.run("first", () => 1);
      return await ctx.awakeable<string>().promise;
    },
  },
});

let engine: EmbeddedEngine;
let adminUrl: string;
let ended: string;
let live: string;

beforeAll(async () => {
  engine = await createEngine({ services: [greeter], data: folder });
  const face = await engine.listenAdmin({ port: 0 });
  adminUrl = face.url;
  await engine.client.serviceClient(greeter).greet("Mary");
  ended = [...engine.api.completedInvocations()][0]?.id ?? "";
  live = (await engine.client.serviceSendClient(greeter).wait()).invocationId;
  await vi.waitFor(() => expect(journalOf(live).entries).toHaveLength(3));
});

afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

function journalOf(id: string): ReturnType<typeof toRecordedJournal> {
  for (const invocation of engine.api.liveInvocations()) {
    if (invocation.id === id) return toRecordedJournal(invocation);
  }
  throw new Error(`${id} is not live`);
}

test("an invocation that has ended: its records, the admin face, the folder while the engine runs", async () => {
  const archive = await engine.api.archive(ended);
  if (archive === undefined) throw new Error("no archive");
  const journal = toRecordedJournal(archive);
  expect(journal).toMatchObject({
    format: "perdure-journal/1",
    invocationId: ended,
    target: { service: "Greeter", handler: "greet", kind: "service" },
    entries: [
      { command: "Input", value: { json: "Mary" } },
      { command: "Run", name: "look up", completionId: 1 },
      { notification: "Run", completionId: 1, result: { success: { json: { name: "Mary" } } } },
      { command: "Sleep", name: "nap", completionId: 2 },
      { notification: "Sleep", completionId: 2, result: "void" },
      { command: "Output", result: { success: { json: "Hello Mary" } } },
    ],
  });
  expect(await fetchJournal({ adminUrl: `${adminUrl}/`, invocationId: ended })).toEqual(journal);
  expect(await readJournal({ data: folder, invocationId: ended })).toEqual(journal);
});

test("one that runs", async () => {
  const journal = journalOf(live);
  expect(await fetchJournal({ adminUrl, invocationId: live })).toEqual(journal);
  expect(await readJournal({ data: folder, invocationId: live })).toEqual(journal);
});

describe("what is not there", () => {
  const unknown = "inv_1lJigA3vrMfT1umzTy2XVbS31h5M2x3XR6";

  test("an invocation that nobody knows", async () => {
    await expect(fetchJournal({ adminUrl, invocationId: unknown })).rejects.toThrow(
      /answered 404: .*The requested invocation .* does not exist/,
    );
    await expect(readJournal({ data: folder, invocationId: unknown })).rejects.toThrow(
      /there is no invocation/,
    );
  });

  test("what is no id", async () => {
    await expect(fetchJournal({ adminUrl, invocationId: "inv'; DROP" })).rejects.toThrow(
      /is no invocation id/,
    );
  });

  test("a journal that was purged", async () => {
    const { invocationId } = await engine.client.serviceSendClient(greeter).greet("Paul");
    await expect.poll(() => engine.api.archive(invocationId)).toBeDefined();
    await engine.api.control("purgeJournal", invocationId);
    const message = /no journal is kept of this invocation/;
    await expect(fetchJournal({ adminUrl, invocationId })).rejects.toThrow(message);
    await expect(readJournal({ data: folder, invocationId })).rejects.toThrow(message);
  });

  test.each([
    [
      "no admin face",
      () => new Response("<html>", { status: 200 }),
      /the answer is no JSON; is this an admin face\?/,
    ],
    ["a refusal", () => new Response("no", { status: 403 }), /answered 403: no/],
    ["no rows", () => Response.json({}), /query\.rows: this has to be a list, not nothing/],
  ])("%s", async (_, answer, message) => {
    const fetch = async (): Promise<Response> => answer();
    await expect(fetchJournal({ adminUrl: "http://x", invocationId: unknown, fetch })).rejects.toThrow(
      message,
    );
  });
});
