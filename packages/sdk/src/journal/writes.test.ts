import { expect, test } from "vitest";
import { bytes, Driven, type DriveOptions } from "./testing/drive.ts";

type Body = ConstructorParameters<typeof Driven>[1];

const runOf = (action: () => string | Promise<string>) => ({
  name: "pay",
  action,
  serialize: bytes,
  deserialize: (data: Uint8Array) => new TextDecoder().decode(data),
});

const cases: [string, DriveOptions, Body, string[]][] = [
  [
    "commands and the end",
    {},
    async (journal) => {
      journal.setState("a", bytes("1"));
      journal.setState("b", bytes("2"));
      return "";
    },
    ["SetState", "SetState", "Output", "End"],
  ],
  [
    "a run that ends at once and its result",
    {},
    async (journal) => journal.run(runOf(async () => "done")),
    ["Run", "ProposeRunCompletion"],
  ],
  [
    "a run that goes on is told of before it has ended",
    {},
    async (journal) => journal.run(runOf(() => new Promise(() => {}))),
    ["Run"],
  ],
  [
    "a command and what is awaited",
    { version: 7 },
    async (journal) => {
      await journal.sleep(1000, "");
      return "";
    },
    ["Sleep", "AwaitingOn"],
  ],
  [
    "a command and an error",
    {},
    async (journal) => {
      journal.setState("a", bytes("1"));
      throw new Error("no");
    },
    ["SetState", "Error"],
  ],
];

test.each(cases)("%s: one write", async (_name, options, body, types) => {
  const driven = new Driven(options, body);
  const sent = await driven.sent();
  expect(sent.map(({ type }) => type)).toEqual(types);
  expect(driven.writes).toBe(1);
});

test("a command and the suspension behind it: one write", async () => {
  const driven = new Driven({}, async (journal) => {
    await journal.sleep(1000, "");
    return "";
  });
  driven.journal.endInput();
  const sent = await driven.sent();
  expect(sent.map(({ type }) => type)).toEqual(["Sleep", "Suspension"]);
  expect(driven.writes).toBe(1);
});
