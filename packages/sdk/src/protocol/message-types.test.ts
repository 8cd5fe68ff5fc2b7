import { describe, expect, it } from "vitest";
import {
  describeTypeId,
  fromTypeId,
  isCommand,
  isControl,
  toCommandTypeId,
  toTypeId,
} from "./message-types.ts";

describe("type ids", () => {
  it("are those of messages", () => {
    expect(toTypeId({ type: "End" })).toBe(0x0003);
    expect(toTypeId({ type: "Run", completionId: 1, name: "" })).toBe(0x0411);
    expect(toTypeId({ type: "Signal", signal: 1, result: { type: "void" } })).toBe(0xfbff);
    expect(toTypeId({ type: "Completion", kind: "Run", completionId: 1, result: { type: "void" } })).toBe(
      0x8011,
    );
    expect(toCommandTypeId("OneWayCall")).toBe(0x040e);
  });

  it.each([
    [0x0000, { group: "control", type: "Start" }],
    [0x0007, { group: "control", type: "ProposeRunCompletionAck" }],
    [0x0008, { group: "unknownControl" }],
    [0x03ff, { group: "unknownControl" }],
    [0x0400, { group: "command", type: "Input" }],
    [0x040f, { group: "unknownCommand" }],
    [0x0414, { group: "command", type: "CompleteAwakeable" }],
    [0x7fff, { group: "unknownCommand" }],
    [0x8000, { group: "unknownNotification" }],
    [0x8013, { group: "completion", kind: "GetInvocationOutput" }],
    [0xfbfe, { group: "unknownNotification" }],
    [0xfbff, { group: "signal" }],
    [0xfc00, { group: "custom" }],
    [0xffff, { group: "custom" }],
  ])("%i means %o", (typeId, meaning) => {
    expect(fromTypeId(typeId)).toEqual(meaning);
  });

  it("have names for humans", () => {
    expect([0x040d, 0x800e, 0xfbff, 0x0042].map(describeTypeId)).toEqual([
      "Call (0x040d)",
      "CallInvocationId completion (0x800e)",
      "Signal (0xfbff)",
      "0x0042",
    ]);
  });

  it("tell commands from control messages", () => {
    const run = { type: "Run", completionId: 1, name: "" } as const;
    expect([isCommand(run), isControl(run)]).toEqual([true, false]);
    expect([isCommand({ type: "End" }), isControl({ type: "End" })]).toEqual([false, true]);
  });
});
