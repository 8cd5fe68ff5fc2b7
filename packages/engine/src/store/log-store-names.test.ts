import { describe, expect, test } from "vitest";
import { planFolder, toPartialName, toSegmentName, toSnapshotName } from "./log-store-names.ts";

const log = toSegmentName;
const snapshot = toSnapshotName;

describe("which files of a folder count", () => {
  test.each([
    { names: [], snapshot: undefined, segments: [], leftovers: [] },
    { names: ["notes.txt", "1.log", log(1)], snapshot: undefined, segments: [1], leftovers: [] },
    { names: [log(2), log(1), log(3)], snapshot: undefined, segments: [1, 2, 3], leftovers: [] },
    { names: [log(3), snapshot(2)], snapshot: 2, segments: [3], leftovers: [] },
    {
      names: [log(1), log(2), log(3), toPartialName(2)],
      snapshot: undefined,
      segments: [1, 2, 3],
      leftovers: [toPartialName(2)],
    },
    {
      names: [log(2), log(3), log(4), snapshot(1), snapshot(3)],
      snapshot: 3,
      segments: [4],
      leftovers: [log(2), log(3), snapshot(1)],
    },
  ])("$names", ({ names, ...plan }) => {
    expect(planFolder("/data", names)).toEqual(plan);
  });

  test.each([
    { names: [log(2)], missing: log(1) },
    { names: [log(1), log(3)], missing: log(2) },
    { names: [snapshot(2)], missing: log(3) },
    { names: [snapshot(2), log(4)], missing: log(3) },
  ])("$names lack $missing", ({ names, missing }) => {
    expect(() => planFolder("/data", names)).toThrow(`/data is damaged: its file ${missing} is missing.`);
  });
});
