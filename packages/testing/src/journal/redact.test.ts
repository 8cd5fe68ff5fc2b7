import { describe, expect, test } from "vitest";
import { parseJournal, stringifyJournal } from "./parse-journal.ts";
import { JOURNAL_FORMAT, type RecordedEntry, type RecordedJournal } from "./recorded-journal.ts";
import { type RedactionRule, redact } from "./redact.ts";

function journalOf(...entries: RecordedEntry[]): RecordedJournal {
  return {
    format: JOURNAL_FORMAT,
    invocationId: "inv_1lJigA3vrMfT1umzTy2XVbS31h5M2x3XR6",
    target: { service: "Cart", handler: "add", key: "mary@example.org", kind: "object" },
    entries,
  };
}

const JSON_INPUT = {
  card: { number: "4242-4242", year: 30 },
  items: [{ price: 3 }, { price: 4 }],
  password: "s",
};

const INPUT: RecordedEntry = {
  command: "Input",
  headers: { Authorization: "Bearer abc", accept: "*/*" },
  value: { json: JSON_INPUT },
};

describe("what a rule takes out of an input", () => {
  test.each<[string, RedactionRule, object]>([
    [
      "a name, at any depth",
      { fields: ["number", "password"] },
      { card: { number: "[redacted]", year: 30 }, password: "[redacted]" },
    ],
    [
      "the end of a path",
      { fields: ["card.year", "items.number"] },
      { card: { number: "4242-4242", year: "[redacted]" } },
    ],
    [
      "through lists",
      { fields: ["items.price"] },
      { items: [{ price: "[redacted]" }, { price: "[redacted]" }] },
    ],
    ["a whole object", { fields: ["card"] }, { card: "[redacted]" }],
    [
      "by a function",
      { where: ({ value }) => value === 3 },
      { items: [{ price: "[redacted]" }, { price: 4 }] },
    ],
    [
      "by another value",
      { fields: ["year"], replaceBy: ({ value }) => (value as number) - 30 },
      { card: { number: "4242-4242", year: 0 } },
    ],
    ["nothing", { fields: ["cvc", "number.x"] }, {}],
  ])("%s", (_, rule, changed) => {
    const [input] = redact(journalOf(INPUT), rule).entries;
    expect(input).toEqual({ ...INPUT, value: { json: { ...JSON_INPUT, ...changed } } });
  });

  test("a header, in any case, also where it comes twice", () => {
    const twice: RecordedEntry = {
      command: "Input",
      headers: [
        ["cookie", "a"],
        ["Cookie", "b"],
      ],
      value: { text: "" },
    };
    expect(redact(journalOf(INPUT), { headers: ["authorization"] }).entries[0]).toMatchObject({
      headers: { Authorization: "[redacted]", accept: "*/*" },
    });
    expect(redact(journalOf(twice), { headers: ["COOKIE"] }).entries[0]).toMatchObject({
      headers: [
        ["cookie", "[redacted]"],
        ["Cookie", "[redacted]"],
      ],
    });
  });
});

const INPUT_OF_NOTHING: RecordedEntry = { command: "Input", value: { text: "" } };

test("what a payload is stored or made under is the first part of its path", () => {
  const journal = journalOf(
    INPUT_OF_NOTHING,
    { command: "GetEagerState", key: "token", value: { json: "secret-1" } },
    { command: "SetState", key: "token", value: { base64: "/w==" } },
    { command: "Run", name: "login", completionId: 1 },
    { notification: "Run", completionId: 1, result: { success: { json: { token: "secret-2", user: 7 } } } },
    { command: "GetPromise", key: "token", completionId: 2 },
    { notification: "GetPromise", completionId: 2, result: { success: { text: "secret 3" } } },
    { notification: "Signal", signal: "token", result: { success: { json: 4 } } },
  );
  expect(redact(journal, { fields: ["token"] }).entries.slice(1)).toEqual([
    { command: "GetEagerState", key: "token", value: { json: "[redacted]" } },
    { command: "SetState", key: "token", value: { redacted: true } },
    { command: "Run", name: "login", completionId: 1 },
    { notification: "Run", completionId: 1, result: { success: { json: { token: "[redacted]", user: 7 } } } },
    { command: "GetPromise", key: "token", completionId: 2 },
    { notification: "GetPromise", completionId: 2, result: { success: { redacted: true } } },
    { notification: "Signal", signal: "token", result: { success: { json: "[redacted]" } } },
  ]);
  expect(redact(journal, { fields: ["login.user"] }).entries[4]).toEqual({
    notification: "Run",
    completionId: 1,
    result: { success: { json: { token: "secret-2", user: "[redacted]" } } },
  });
});

test("a secret is taken out wherever it stands", () => {
  const journal = journalOf(
    { command: "Input", value: { json: { mail: "mary@example.org" } } },
    {
      command: "Call",
      service: "Mail",
      key: "mary@example.org",
      handler: "send",
      parameter: { json: { "mary@example.org": "to mary@example.org!" } },
      headers: { "x-user": "mary@example.org" },
      idempotencyKey: "mail-mary@example.org",
      invocationIdCompletionId: 1,
      completionId: 2,
    },
    {
      notification: "Call",
      completionId: 2,
      result: { failure: { code: 500, message: "no mary@example.org" } },
    },
    {
      command: "SetState",
      key: "sent",
      value: { base64: Buffer.from("\xff mary@example.org").toString("base64") },
    },
  );
  const text = stringifyJournal(redact(journal, { fields: ["mail"] }));
  expect(text).not.toContain("mary@");
  expect(parseJournal(text)).toMatchObject({
    target: { key: "[redacted]" },
    entries: [
      { value: { json: { mail: "[redacted]" } } },
      { idempotencyKey: "mail-[redacted]", parameter: { json: { "[redacted]": "to [redacted]!" } } },
      { result: { failure: { message: "no [redacted]" } } },
      { value: { redacted: true } },
    ],
  });
});

test("short values are taken out only where the rule says so: at five characters, not at six", () => {
  const journal = (pin: string): RecordedJournal =>
    journalOf({ command: "Input", value: { json: { pin, note: `pin ${pin}` } } });
  const noteOf = (pin: string): unknown => redact(journal(pin), { fields: ["pin"] }).entries[0];
  expect(noteOf("12345")).toMatchObject({ value: { json: { pin: "[redacted]", note: "pin 12345" } } });
  expect(noteOf("123456")).toMatchObject({ value: { json: { pin: "[redacted]", note: "pin [redacted]" } } });
});

test("names of the format are never taken for secrets", () => {
  const journal = journalOf(
    { command: "Input", value: { json: { kind: "success", other: "handler" } } },
    { command: "Output", result: { success: { json: "success" } } },
  );
  expect(redact(journal, { fields: ["kind", "other"] }).entries).toEqual([
    { command: "Input", value: { json: { kind: "[redacted]", other: "[redacted]" } } },
    { command: "Output", result: { success: { json: "[redacted]" } } },
  ]);
});
