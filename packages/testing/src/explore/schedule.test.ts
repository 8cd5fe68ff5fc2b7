import { describe, expect, it } from "vitest";
import { formatSchedule, parseSchedule, type Schedule } from "./schedule.ts";
import { simpler } from "./shrink.ts";

describe("a schedule", () => {
  it.each<{ text: string; schedule: Schedule }>([
    { text: "", schedule: [] },
    { text: "crash:1.4", schedule: [{ type: "crash", invocation: 1, at: 4 }] },
    {
      text: "cancel:12.3 suspend:all order order:2.1",
      schedule: [
        { type: "cancel", invocation: 12, at: 3 },
        { type: "suspendAll" },
        { type: "order" },
        { type: "choose", at: 2, option: 1 },
      ],
    },
  ])("is the text $text", ({ text, schedule }) => {
    expect(formatSchedule(schedule)).toBe(text);
    expect(parseSchedule(`  ${text.replaceAll(" ", "   ")} `)).toEqual(schedule);
  });

  it.each(["crash", "crash:1", "crash:1.2.3", "crash:-1.2", "burn:1.2", "order:all", "crash:1234567890.1"])(
    "is not %s",
    (text) => {
      expect(() => parseSchedule(`suspend:all ${text}`)).toThrow(`"${text}" in the schedule`);
    },
  );

  it.each([
    { of: "crash:1.1", are: [] },
    { of: "crash:2.3", are: ["crash:2.1", "crash:2.2"] },
    { of: "order", are: [] },
    { of: "suspend:all crash:1.2", are: ["crash:1.2", "suspend:all", "suspend:all crash:1.1"] },
    { of: "order:2.2", are: ["order:1.2", "order:2.1"] },
  ])("is made simpler: $of", ({ of, are }) => {
    expect(Array.from(simpler(parseSchedule(of)), formatSchedule)).toEqual(are);
  });
});
