import fc from "fast-check";
import { expect, test } from "vitest";
import type { Command } from "../protocol/messages.ts";
import { arbitraryCommand } from "../protocol/testing/arbitraries.ts";
import { differences, isPlainlySame, isSameCommand } from "./compare.ts";

const OPTIONS = { comparePayloads: true };

const TYPES = ["Call", "OneWayCall", "Run", "SetState", "Sleep", "GetEagerState", "SendSignal"] as const;

/** Two commands of one type, which differ in one field at most. */
const pairs = fc.constantFrom(...TYPES).chain((type) => {
  const ofType = arbitraryCommand(7).filter((command) => command.type === type);
  return fc.tuple(ofType, ofType, fc.nat()).map(([recorded, other, at]): [Command, Command] => {
    const names = Object.keys(recorded).filter((name) => name !== "type");
    const name = names[at % names.length] as string;
    return [recorded, { ...structuredClone(recorded), [name]: Reflect.get(other, name) }];
  });
});

test("commands are the same when no compared field differs", () => {
  fc.assert(
    fc.property(pairs, ([recorded, attempted]) => {
      const same = differences(recorded, attempted, OPTIONS).length === 0;
      expect(isSameCommand(recorded, attempted, OPTIONS)).toBe(same);
      // The short way may not know, but is never wrong.
      if (!same) expect(isPlainlySame(recorded, attempted)).toBe(false);
    }),
    { numRuns: 500 },
  );
});

const target = { service: "Bank", handler: "pay", key: "", headers: [], name: "" };

test.each<Command>([
  { type: "Call", ...target, parameter: Uint8Array.of(1), invocationIdCompletionId: 1, completionId: 2 },
  {
    type: "OneWayCall",
    ...target,
    parameter: Uint8Array.of(1),
    invocationIdCompletionId: 1,
    invokeTimeMs: 0,
  },
  { type: "Run", completionId: 1, name: "pay" },
  { type: "SetState", key: "sum", value: Uint8Array.of(1), name: "" },
  { type: "Sleep", wakeUpTimeMs: 1, completionId: 1, name: "" },
])("a repeated $type is known by the short way", (command) => {
  expect(isPlainlySame(command, structuredClone(command))).toBe(true);
});
