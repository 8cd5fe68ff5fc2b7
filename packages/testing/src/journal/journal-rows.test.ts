import { describe, expect, test } from "vitest";
import { readRows } from "./journal-rows.ts";

/** Rows as Restate Server 1.7.12 gave them. */
const ROWS = [
  { index: 0, entry_type: "Command: Input", name: "", raw: "72090a07226170706c6522", version: 2 },
  { index: 1, entry_type: "Command: Run", name: "charge", raw: "58026206636861726765", version: 2 },
  { index: 2, entry_type: "Notification: Run", raw: "08022a030a0131", version: 2 },
  { index: 3, entry_type: "Notification: Signal", raw: "10112a050a03227822", version: 2 },
] as const;

const place = { source: "http://server", where: "sys_journal" };
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

test("rows become messages", () => {
  expect(readRows(ROWS, place)).toEqual([
    { type: "Input", headers: [], value: text('"apple"'), name: "" },
    { type: "Run", completionId: 2, name: "charge" },
    { type: "Completion", kind: "Run", completionId: 2, result: { type: "success", value: text("1") } },
    { type: "Signal", signal: 17, result: { type: "success", value: text('"x"') } },
  ]);
});

describe("rows that make no sense", () => {
  const [input, run] = ROWS;
  test.each<[string, unknown, RegExp]>([
    [
      "a gap",
      [input, { ...run, index: 2 }],
      /sys_journal\[1\]\.index: entry 1 is missing: the next one there is 2/,
    ],
    ["an old journal", [{ ...input, version: 1 }], /stored in version 1; only version 2/],
    ["an entry of another kind", [{ ...input, entry_type: "Event: X" }], /no entry is named "Event: X"/],
    [
      "a command that is none",
      [{ ...input, entry_type: "Command: Start" }],
      /no entry is named "Command: Start"/,
    ],
    ["a command as a notification", [{ ...input, entry_type: "Command: Signal" }], /no entry is named/],
    ["a notification that is none", [{ ...input, entry_type: "Notification: Input" }], /sys_journal\[0\]/],
    ["no hex", [{ ...input, raw: "7x" }], /this has to be hex/],
    ["other bytes", [{ ...input, raw: "ff" }], /sys_journal\[0\]\.raw: Input/],
    ["no rows", {}, /this has to be a list/],
  ])("%s", (_, rows, message) => {
    expect(() => readRows(rows, place)).toThrow(message);
  });
});
