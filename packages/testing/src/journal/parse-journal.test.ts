import type { Command, Notification } from "@perdure/sdk/internal";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readEntry, toRecordedEntry } from "./entry.ts";
import { JournalFormatError } from "./format-error.ts";
import { parseJournal, stringifyJournal } from "./parse-journal.ts";
import { fromRecordedPayload, toRecordedPayload } from "./payload.ts";
import { JOURNAL_FORMAT, type RecordedJournal } from "./recorded-journal.ts";

const ID = "inv_1lJigA3vrMfT1umzTy2XVbS31h5M2x3XR6";

const JOURNAL: RecordedJournal = {
  format: JOURNAL_FORMAT,
  invocationId: ID,
  target: { service: "Cart", handler: "add", key: "mary", kind: "object" },
  protocolVersion: 6,
  randomSeed: "5846567183811458509",
  entries: [
    { command: "Input", headers: { "content-type": "application/json" }, value: { json: { item: "apple" } } },
    { command: "Run", name: "pay", completionId: 1 },
    { notification: "Run", completionId: 1, result: { success: { json: "paid" } } },
    { notification: "Signal", signal: 1, result: "void" },
    { command: "Output", result: { failure: { code: 409, message: "Cancelled" } } },
  ],
};

test("a journal as people read it", () => {
  expect(stringifyJournal(JOURNAL)).toBe(`{
  "format": "perdure-journal/1",
  "invocationId": "inv_1lJigA3vrMfT1umzTy2XVbS31h5M2x3XR6",
  "target": { "service": "Cart", "handler": "add", "key": "mary", "kind": "object" },
  "protocolVersion": 6,
  "randomSeed": "5846567183811458509",
  "entries": [
    {
      "command": "Input",
      "headers": { "content-type": "application/json" },
      "value": { "json": { "item": "apple" } }
    },
    { "command": "Run", "name": "pay", "completionId": 1 },
    { "notification": "Run", "completionId": 1, "result": { "success": { "json": "paid" } } },
    { "notification": "Signal", "signal": 1, "result": "void" },
    { "command": "Output", "result": { "failure": { "code": 409, "message": "Cancelled" } } }
  ]
}
`);
});

test("what was written is read, and written again alike", () => {
  const text = stringifyJournal(JOURNAL);
  expect(parseJournal(text)).toEqual(JOURNAL);
  expect(stringifyJournal(parseJournal(text))).toBe(text);
});

describe("payloads", () => {
  test.each([
    ['{"a":1}', { json: { a: 1 } }],
    ['{"a": 1}', { text: '{"a": 1}' }],
    ["1.0", { text: "1.0" }],
    ['{"1":1,"0":2}', { text: '{"1":1,"0":2}' }],
    ['{"__proto__":1}', { json: JSON.parse('{"__proto__":1}') }],
    ["", { text: "" }],
    ["null", { json: null }],
    ["\uFEFFx", { text: "\uFEFFx" }],
  ])("%j", (text, payload) => {
    const bytes = new TextEncoder().encode(text);
    expect(toRecordedPayload(bytes)).toEqual(payload);
    expect(fromRecordedPayload(toRecordedPayload(bytes))).toEqual(bytes);
  });

  test("JSON that is nested too deep is text, and one level less is JSON", () => {
    const nested = (depth: number): Uint8Array =>
      new TextEncoder().encode("[".repeat(depth) + "]".repeat(depth));
    expect(toRecordedPayload(nested(200))).toHaveProperty("json");
    expect(toRecordedPayload(nested(201))).toHaveProperty("text");
  });

  test("any bytes come back, also through a file", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => new TextEncoder().encode(text)),
        ),
        (bytes) => {
          const journal = {
            ...JOURNAL,
            entries: [{ command: "Input" as const, value: toRecordedPayload(bytes) }],
          };
          const [input] = parseJournal(stringifyJournal(journal)).entries;
          expect(input).toEqual(journal.entries[0]);
          expect(fromRecordedPayload(toRecordedPayload(bytes))).toEqual(bytes);
        },
      ),
    );
  });
});

const bytes = new Uint8Array([1, 2, 255]);
const value = { type: "success" as const, value: bytes };
const failure = { type: "failure" as const, failure: { code: 500, message: "no", metadata: { a: "b" } } };
const call = {
  service: "S",
  handler: "h",
  key: "k",
  parameter: bytes,
  headers: [
    { key: "a", value: "1" },
    { key: "a", value: "2" },
  ],
  idempotencyKey: "i",
  scope: "s",
  limitKey: "l",
  invocationIdCompletionId: 1,
  name: "n",
};

const MESSAGES: readonly (Command | Notification)[] = [
  { type: "Input", headers: [{ key: "1", value: "x" }], value: bytes, name: "" },
  { type: "Output", result: failure, name: "" },
  { type: "GetLazyState", key: "k", completionId: 1, name: "" },
  { type: "SetState", key: "k", value: bytes, name: "" },
  { type: "ClearState", key: "k", name: "" },
  { type: "ClearAllState", name: "" },
  { type: "GetLazyStateKeys", completionId: 1, name: "" },
  { type: "GetEagerState", key: "k", value: bytes, name: "" },
  { type: "GetEagerState", key: "k", value: undefined, name: "" },
  { type: "GetEagerStateKeys", keys: ["a"], name: "" },
  { type: "GetPromise", key: "k", completionId: 1, name: "" },
  { type: "PeekPromise", key: "k", completionId: 1, name: "" },
  { type: "CompletePromise", key: "k", result: value, completionId: 1, name: "" },
  { type: "Sleep", completionId: 1, wakeUpTimeMs: 17, name: "nap" },
  { type: "Call", ...call, completionId: 2 },
  { type: "OneWayCall", ...call, invokeTimeMs: 5 },
  { type: "SendSignal", targetInvocationId: ID, signal: 1, result: { type: "void" }, name: "" },
  { type: "SendSignal", targetInvocationId: ID, signal: "go", result: value, name: "" },
  { type: "Run", completionId: 1, name: "" },
  { type: "AttachInvocation", target: { type: "invocation", invocationId: ID }, completionId: 1, name: "" },
  {
    type: "GetInvocationOutput",
    target: { type: "idempotent", service: "S", key: "k", handler: "h", idempotencyKey: "i", scope: "s" },
    completionId: 1,
    name: "",
  },
  {
    type: "AttachInvocation",
    target: { type: "workflow", workflow: "W", key: "k" },
    completionId: 1,
    name: "",
  },
  { type: "CompleteAwakeable", awakeableId: "sign_1x", result: value, name: "" },
  { type: "Completion", kind: "Call", completionId: 1, result: value },
  { type: "Completion", kind: undefined, completionId: 1, result: { type: "void" } },
  {
    type: "Completion",
    kind: "CallInvocationId",
    completionId: 1,
    result: { type: "invocationId", invocationId: ID },
  },
  {
    type: "Completion",
    kind: "GetLazyStateKeys",
    completionId: 1,
    result: { type: "stateKeys", keys: ["a"] },
  },
  { type: "Signal", signal: "go", result: failure },
];

test.each(MESSAGES.map((message) => [message.type, message] as const))("%s, there and back", (_, message) => {
  const written = JSON.parse(JSON.stringify(toRecordedEntry(message)));
  expect(readEntry(written, { source: undefined, where: "" })).toEqual(message);
});

describe("what is no recorded journal", () => {
  const text = stringifyJournal(JOURNAL);
  const edit = (
    change: (journal: Record<string, unknown> & { entries: Record<string, unknown>[] }) => void,
  ) => {
    const journal = JSON.parse(text);
    change(journal);
    return JSON.stringify(journal);
  };
  test.each<[string, string, RegExp]>([
    ["no JSON", text.slice(0, 300), /^a\.json: this is no JSON/],
    ["a list", "[]", /^a\.json: this has to be an object/],
    ["something else", "{}", /format: a recorded journal has the format "perdure-journal\/1", not nothing/],
    [
      "a later format",
      edit((j) => (j.format = "perdure-journal/2")),
      /this version reads "perdure-journal\/1"/,
    ],
    ["a field that is none", edit((j) => (j.randomseed = "1")), /randomseed: no such field/],
    [
      "no invocation id",
      edit((j) => (j.invocationId = "inv_1")),
      /invocationId: "inv_1" is no invocation id/,
    ],
    [
      "a version that is not supported",
      edit((j) => (j.protocolVersion = 4)),
      /protocol version 4 is not supported; 5 to 7/,
    ],
    [
      "a seed that is too large",
      edit((j) => (j.randomSeed = "18446744073709551616")),
      /randomSeed: a seed is a number of 64 bits/,
    ],
    [
      "a kind that is none",
      edit((j) => (j.target = { service: "S", handler: "h", kind: "actor" })),
      /target\.kind/,
    ],
    [
      "an object without a key",
      edit((j) => (j.target = { service: "S", handler: "h", kind: "object" })),
      /target\.key: an instance of a object has a key/,
    ],
    ["no entries", edit((j) => (j.entries = [])), /entries: there are no entries/],
    [
      "no input",
      edit((j) => j.entries.shift()),
      /entries\[0\]: a journal begins with its Input, not with Run/,
    ],
    [
      "a second input",
      edit((j) => j.entries.push(j.entries[0] as object as Record<string, unknown>)),
      /entries\[5\]: only the first/,
    ],
    [
      "a command that is none",
      edit((j) => ((j.entries[1] as object as { command: string }).command = "Jump")),
      /entries\[1\]\.command: no command is named "Jump"/,
    ],
    [
      "a notification that is none",
      edit((j) => ((j.entries[2] as object as { notification: string }).notification = "Jump")),
      /no notification is named "Jump"/,
    ],
    [
      "a field that is missing",
      edit((j) => delete j.entries[1]?.completionId),
      /entries\[1\]\.completionId: this has to be a whole number from 0 on, not nothing/,
    ],
    [
      "a field too much",
      edit((j) => Object.assign(j.entries[1] as object, { completionID: 1 })),
      /entries\[1\]\.completionID: no such field/,
    ],
    [
      "a command that is gone",
      edit((j) => j.entries.splice(1, 1)),
      /entries\[1\]: this completes 1, which no command before it/,
    ],
    [
      "a payload in no form",
      edit((j) => Object.assign(j.entries[0] as object, { value: "apple" })),
      /entries\[0\]\.value: a payload is one of/,
    ],
    [
      "damaged base64",
      edit((j) => Object.assign(j.entries[0] as object, { value: { base64: "AQI" } })),
      /the base64 is damaged/,
    ],
    [
      "a result in no form",
      edit((j) => Object.assign(j.entries[4] as object, { result: "done" })),
      /entries\[4\]\.result: a result is "void"/,
    ],
    [
      "an output of nothing",
      edit((j) => Object.assign(j.entries[4] as object, { result: "void" })),
      /entries\[4\]\.result: this has to be a success or a failure/,
    ],
  ])("%s", (_, damaged, message) => {
    expect(() => parseJournal(damaged, "a.json")).toThrow(JournalFormatError);
    expect(() => parseJournal(damaged, "a.json")).toThrow(message);
  });

  test("whatever is cut off or changed is an error of ours, or a journal", () => {
    fc.assert(
      fc.property(
        fc.nat(text.length),
        fc.nat(text.length),
        fc.string({ maxLength: 5 }),
        (from, length, put) => {
          try {
            parseJournal(text.slice(0, from) + put + text.slice(from + length));
          } catch (error) {
            expect(error).toBeInstanceOf(JournalFormatError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
